"""What became of the applications after the list."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

KINDS = ('called', 'interviewed', 'offered', 'accepted', 'declined', 'started', 'goals_reached', 'dropped_out')
REASONS = ('other_post', 'place_or_family', 'terms', 'no_licence', 'no_answer', 'not_said', 'other')


def upgrade() -> None:
    op.create_table('outcome',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='outcome_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Enum(*REASONS, name='outcome_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('set_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(reason IS NOT NULL) = (kind IN ('declined', 'dropped_out'))", name=op.f('ck_outcome_reason_where_it_ends')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_outcome_application_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_outcome_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_outcome_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['set_by_id'], ['account.id'], name=op.f('fk_outcome_set_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcome')),
    sa.UniqueConstraint('application_id', 'kind', name=op.f('uq_outcome_application_id_kind')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_outcome_intake_id'), 'outcome', ['intake_id'])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what became of people: restore a copy from before.")
