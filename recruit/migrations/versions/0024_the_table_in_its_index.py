"""The table of applications is counted and paged from its index alone."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_application_in_table", table_name="application")
    op.create_index(
        "ix_application_in_table", "application", ["intake_id", "region_id", "status", "submitted_at", "id"]
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
