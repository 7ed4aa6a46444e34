"""When a document was issued, as the applicant says, where the profile asks how old it may be."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("issued_on", sa.Date(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
