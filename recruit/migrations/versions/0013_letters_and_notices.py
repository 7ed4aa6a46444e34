"""Letters, their sendings, and what each person wants to be told of."""

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
