"""Reserved: nothing yet."""

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
