"""What masking missed: words that a person strikes, and assessors who could tell who or from where."""

from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Both databases can do this in place. Alembic would build SQLite's tables anew, which drops their triggers.
    op.execute("ALTER TABLE application ADD COLUMN struck_words VARCHAR")
    op.execute("ALTER TABLE assignment ADD COLUMN recognised BOOLEAN")
    op.execute("ALTER TABLE assignment ADD COLUMN told_country BOOLEAN")


def downgrade() -> None:
    raise RuntimeError("Going back would lose what assessors said: restore a copy from before.")
