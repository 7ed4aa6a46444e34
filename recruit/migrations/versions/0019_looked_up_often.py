"""Indexes for what an intake's home asks: entries since a moment, and mail that has not arrived."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_record_entry_intake_id", table_name="record_entry")
    op.create_index("ix_record_entry_since", "record_entry", ["intake_id", "at"])
    op.create_index("ix_outgoing_mail_state", "outgoing_mail", ["state", "settled_at"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
