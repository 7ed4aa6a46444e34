"""A document that an applicant adds unasked, having said that it would come, is a request that nobody made."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("completion_request", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("asked_by_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
