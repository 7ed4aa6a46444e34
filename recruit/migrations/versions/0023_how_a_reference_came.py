"""How a reference came: on the referee's own form online, or as a coordinator says who enters it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WAYS = sa.Enum(
    "online", "letter", "email", "telephone", name="came_by", native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    with op.batch_alter_table("referee", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("came_by", WAYS, nullable=True))
    # Of what was entered by hand before this, nobody has noted how it came.
    op.execute(
        "UPDATE referee SET came_by = 'online' WHERE id IN"
        " (SELECT referee_id FROM reference_request WHERE answered_at IS NOT NULL)"
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
