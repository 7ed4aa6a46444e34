"""The time plan of an intake, visits, and what it taught."""

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
