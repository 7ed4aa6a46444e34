"""Steps of an assessor at work, assessments that could not be made, and calibration rounds."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

MOMENT = recruit.models.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    _level_step()
    _set_aside()
    _round()
    _case()
    _note()


def _key(table: str, column: str, other: str, ondelete: str = 'RESTRICT') -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}'), ondelete=ondelete)


def _level_step() -> None:
    op.create_table('level_step',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(length=60), nullable=False),
    sa.Column('level_before', sa.Integer(), nullable=True),
    sa.Column('level_after', sa.Integer(), nullable=True),
    sa.Column('note_before', sa.String(), nullable=False),
    sa.Column('note_after', sa.String(), nullable=False),
    sa.Column('taken_at', MOMENT, nullable=False),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('level_before BETWEEN 0 AND 4', name=op.f('ck_level_step_before_range')),
    sa.CheckConstraint('level_after BETWEEN 0 AND 4', name=op.f('ck_level_step_after_range')),
    _key('level_step', 'assignment_id', 'assignment', 'CASCADE'),
    _key('level_step', 'region_id', 'region'),
    _key('level_step', 'undoes_id', 'level_step', 'CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_level_step')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_level_step_assignment_id'), 'level_step', ['assignment_id'])


def _set_aside() -> None:
    op.create_table('set_aside',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Enum('little', 'unreadable', 'language', 'recognised', 'time', 'other', name='set_aside_reason', native_enum=False, length=40, create_constraint=True), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('set_aside_at', MOMENT, nullable=False),
    sa.Column('replacement_id', sa.Integer(), nullable=True),
    _key('set_aside', 'assignment_id', 'assignment', 'CASCADE'),
    _key('set_aside', 'region_id', 'region'),
    _key('set_aside', 'replacement_id', 'account'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_set_aside')),
    sa.UniqueConstraint('assignment_id', name=op.f('uq_set_aside_assignment_id')),
    sqlite_autoincrement=True
    )


def _round() -> None:
    op.create_table('calibration_round',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('status', sa.Enum('skipped', 'open', 'closed', name='round_status', native_enum=False, length=40, create_constraint=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('opened_at', MOMENT, nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('closed_at', MOMENT, nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("stage IN ('screening', 'interview')", name=op.f('ck_calibration_round_stage')),
    sa.CheckConstraint("status <> 'skipped' OR reason <> ''", name=op.f('ck_calibration_round_skipped_with_a_reason')),
    _key('calibration_round', 'closed_by_id', 'account'),
    _key('calibration_round', 'intake_id', 'intake'),
    _key('calibration_round', 'opened_by_id', 'account'),
    _key('calibration_round', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_round')),
    sa.UniqueConstraint('intake_id', 'stage', name=op.f('uq_calibration_round_intake_id_stage')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_calibration_round_intake_id'), 'calibration_round', ['intake_id'])


def _case() -> None:
    op.create_table('calibration_case',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    _key('calibration_case', 'application_id', 'application', 'CASCADE'),
    _key('calibration_case', 'intake_id', 'intake'),
    _key('calibration_case', 'region_id', 'region'),
    _key('calibration_case', 'round_id', 'calibration_round', 'CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_case')),
    sa.UniqueConstraint('application_id', name=op.f('uq_calibration_case_application_id')),
    sa.UniqueConstraint('intake_id', 'number', name=op.f('uq_calibration_case_intake_id_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_calibration_case_round_id'), 'calibration_case', ['round_id'])


def _note() -> None:
    op.create_table('calibration_note',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(length=60), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('written_at', MOMENT, nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    _key('calibration_note', 'region_id', 'region'),
    _key('calibration_note', 'round_id', 'calibration_round', 'CASCADE'),
    _key('calibration_note', 'written_by_id', 'account'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calibration_note')),
    sa.UniqueConstraint('round_id', 'criterion', name=op.f('uq_calibration_note_round_id_criterion')),
    sqlite_autoincrement=True
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
