"""What each assessor can take on, and possible conflicts of interest with what was decided of them."""

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
