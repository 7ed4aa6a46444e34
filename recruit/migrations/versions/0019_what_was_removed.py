"""What applicants have removed and can put back for a while."""

import sqlalchemy as sa
from alembic import op

from recruit.models.types import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('removed_part',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('file', 'period', name='removed_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('storage_name', sa.String(length=64), nullable=True),
    sa.Column('removed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('until', UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'file') = (storage_name IS NOT NULL)", name=op.f('ck_removed_part_file_is_stored')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_removed_part_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_removed_part_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_removed_part')),
    sa.UniqueConstraint('public_id', name=op.f('uq_removed_part_public_id')),
    sa.UniqueConstraint('storage_name', name=op.f('uq_removed_part_storage_name')),
    sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index(op.f('ix_removed_part_application_id'), 'removed_part', ['application_id'])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
