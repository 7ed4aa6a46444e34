"""Indexes for one person's assignments in an intake, and for the rows of a run in its order."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_assignment_assessor_id", table_name="assignment")
    op.create_index("ix_assignment_own", "assignment", ["assessor_id", "intake_id"])
    op.drop_index("ix_ranking_row_run_id", table_name="ranking_row")
    op.create_index("ix_ranking_row_in_order", "ranking_row", ["run_id", "position"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
