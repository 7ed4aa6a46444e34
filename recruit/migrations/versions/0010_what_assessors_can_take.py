"""What each assessor can take on, and possible conflicts of interest with what was decided of them."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

MOMENT = recruit.models.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column('membership', sa.Column('workplace', sa.String(length=200), nullable=False, server_default=''))
    _setting()
    _limit()
    _possible_conflict()
    _plan()


def _key(table: str, column: str, other: str, ondelete: str = 'RESTRICT') -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}'), ondelete=ondelete)


def _setting() -> None:
    op.create_table('stage_setting',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('per_application', sa.Integer(), nullable=False),
    sa.CheckConstraint('per_application BETWEEN 1 AND 4', name=op.f('ck_stage_setting_per_application_range')),
    sa.CheckConstraint("stage IN ('screening', 'interview')", name=op.f('ck_stage_setting_stage')),
    _key('stage_setting', 'intake_id', 'intake'),
    _key('stage_setting', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_setting')),
    sa.UniqueConstraint('intake_id', 'stage', name=op.f('uq_stage_setting_intake_id_stage')),
    sqlite_autoincrement=True
    )


def _limit() -> None:
    op.create_table('assessor_limit',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('assessor_id', sa.Integer(), nullable=False),
    sa.Column('least', sa.Integer(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=True),
    sa.Column('away_from', sa.Date(), nullable=True),
    sa.Column('away_until', sa.Date(), nullable=True),
    sa.Column('hand_over', sa.Boolean(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint('least >= 0', name=op.f('ck_assessor_limit_least_not_negative')),
    sa.CheckConstraint('most IS NULL OR most >= least', name=op.f('ck_assessor_limit_least_up_to_most')),
    sa.CheckConstraint(
        'away_until IS NULL OR away_from <= away_until', name=op.f('ck_assessor_limit_away_from_before_until')
    ),
    _key('assessor_limit', 'assessor_id', 'account'),
    _key('assessor_limit', 'intake_id', 'intake'),
    _key('assessor_limit', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessor_limit')),
    sa.UniqueConstraint('intake_id', 'assessor_id', name=op.f('uq_assessor_limit_intake_id_assessor_id')),
    sqlite_autoincrement=True
    )


def _possible_conflict() -> None:
    op.create_table('possible_conflict',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('assessor_id', sa.Integer(), nullable=False),
    sa.Column('kinds', sa.String(length=120), nullable=False),
    sa.Column('found_at', MOMENT, nullable=False),
    sa.Column('answer', sa.Enum('conflict', 'no_conflict', name='conflict_answer', native_enum=False, length=40, create_constraint=True), nullable=True),
    sa.Column('answered_kinds', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('answered_at', MOMENT, nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    _key('possible_conflict', 'answered_by_id', 'account'),
    _key('possible_conflict', 'application_id', 'application', 'CASCADE'),
    _key('possible_conflict', 'assessor_id', 'account'),
    _key('possible_conflict', 'intake_id', 'intake'),
    _key('possible_conflict', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_possible_conflict')),
    sa.UniqueConstraint('application_id', 'assessor_id', name=op.f('uq_possible_conflict_application_id_assessor_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_possible_conflict_intake_id'), 'possible_conflict', ['intake_id'])


def _plan() -> None:
    op.create_table('assignment_plan',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('basis', sa.String(length=64), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('carried_out_at', MOMENT, nullable=True),
    sa.Column('undone_at', MOMENT, nullable=True),
    sa.CheckConstraint("stage IN ('screening', 'interview')", name=op.f('ck_assignment_plan_stage')),
    _key('assignment_plan', 'intake_id', 'intake'),
    _key('assignment_plan', 'made_by_id', 'account'),
    _key('assignment_plan', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment_plan')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_assignment_plan_intake_id'), 'assignment_plan', ['intake_id'])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
