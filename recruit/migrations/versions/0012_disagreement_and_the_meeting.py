"""Disagreements between assessors, what was changed in them, and the codes of reasons."""

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
