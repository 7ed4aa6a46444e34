"""Referees' links, and what is released to applicants."""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
