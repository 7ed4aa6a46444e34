"""An index for what an intake's home asks: entries since a moment."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_record_entry_intake_id", table_name="record_entry")
    op.create_index("ix_record_entry_since", "record_entry", ["intake_id", "at"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
