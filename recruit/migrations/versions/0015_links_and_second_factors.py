"""Links to sign in with, and a second factor."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
