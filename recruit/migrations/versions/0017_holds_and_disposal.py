"""Holds, disposal and the notice of how data are used."""

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
