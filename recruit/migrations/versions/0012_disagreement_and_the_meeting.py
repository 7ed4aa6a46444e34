"""Disagreements between assessors, what was changed in them, the meeting, and the codes of reasons."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

WAYS = ('third', 'discussion', 'left')
ENDS = ('changed', 'kept')
ZONE_REASONS = (
    'points_kept', 'breadth', 'documented', 'undocumented', 'assessors_differed', 'criterion_weighed', 'references',
    'condition', 'tie', 'other',
)  # fmt: skip


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _table(name: str, *rest: sa.schema.SchemaItem, **keys: tuple[str, str]) -> None:
    """A table of a region, with foreign keys as {column: (table, on delete)}."""
    keys = {'region_id': ('region', 'RESTRICT'), **keys}
    op.create_table(
        name,
        sa.Column('region_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.Integer(), nullable=False),
        *rest,
        *(
            sa.ForeignKeyConstraint([column], [f'{to}.id'], name=op.f(f'fk_{name}_{column}'), ondelete=then)
            for column, (to, then) in keys.items()
        ),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{name}')),
        sqlite_autoincrement=True,
    )


def _number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, recruit.models.types.UtcDateTime(timezone=True), nullable=nullable)


def _text(name: str, nullable: bool = False, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def upgrade() -> None:
    _table(
        'disagreement_threshold', _number('intake_id'), _text('stage', length=20), _number('levels'),
        sa.CheckConstraint('levels BETWEEN 1 AND 4', name=op.f('ck_disagreement_threshold_range')),
        sa.UniqueConstraint('intake_id', 'stage', name=op.f('uq_disagreement_threshold_intake_id_stage')),
        intake_id=('intake', 'RESTRICT'),
    )  # fmt: skip
    _table(
        'disagreement', _number('intake_id'), _number('application_id'), _text('stage', length=20),
        sa.Column('way', _choice(WAYS, 'disagreement_way'), nullable=False),
        _text('reason'), _moment('opened_at'), _number('opened_by_id'),
        sa.Column('end', _choice(ENDS, 'disagreement_end'), nullable=True),
        _text('end_reason'), _moment('settled_at', True), _number('settled_by_id', True),
        sa.CheckConstraint(
            '(settled_at IS NULL) = ("end" IS NULL)', name=op.f('ck_disagreement_settled_with_an_end')
        ),
        intake_id=('intake', 'RESTRICT'), application_id=('application', 'RESTRICT'),
        opened_by_id=('account', 'RESTRICT'), settled_by_id=('account', 'RESTRICT'),
    )  # fmt: skip
    _table(
        'discussion_message', _number('disagreement_id'), _number('author_id'), _text('text'), _moment('written_at'),
        disagreement_id=('disagreement', 'RESTRICT'), author_id=('account', 'RESTRICT'),
    )  # fmt: skip
    _table(
        'level_change', _number('disagreement_id'), _number('assignment_id'), _text('criterion', length=60),
        _number('old'), _number('new'), _text('reason'), _moment('changed_at'),
        sa.CheckConstraint('old BETWEEN 0 AND 4 AND new BETWEEN 0 AND 4', name=op.f('ck_level_change_range')),
        sa.CheckConstraint('old <> new', name=op.f('ck_level_change_is_a_change')),
        disagreement_id=('disagreement', 'RESTRICT'), assignment_id=('assignment', 'RESTRICT'),
    )  # fmt: skip
    _table(
        'meeting', _number('intake_id'), _number('number'), sa.Column('held_on', sa.Date(), nullable=False),
        _text('guests'), _text('notes'), _number('revision'), _moment('begun_at'), _number('begun_by_id'),
        _moment('closed_at', True), _number('closed_by_id', True), _text('protocol', True),
        sa.UniqueConstraint('intake_id', 'number', name=op.f('uq_meeting_intake_id_number')),
        intake_id=('intake', 'RESTRICT'), begun_by_id=('account', 'RESTRICT'), closed_by_id=('account', 'RESTRICT'),
    )  # fmt: skip
    _table(
        'meeting_attendance', _number('meeting_id'), _number('account_id'),
        sa.UniqueConstraint('meeting_id', 'account_id', name=op.f('uq_meeting_attendance_meeting_id_account_id')),
        meeting_id=('meeting', 'CASCADE'), account_id=('account', 'RESTRICT'),
    )  # fmt: skip
    for table, column in (
        ('disagreement', 'intake_id'), ('disagreement', 'application_id'), ('discussion_message', 'disagreement_id'),
        ('level_change', 'disagreement_id'), ('level_change', 'assignment_id'), ('meeting', 'intake_id'),
        ('meeting_attendance', 'meeting_id'),
    ):  # fmt: skip
        op.create_index(op.f(f'ix_{table}_{column}'), table, [column])
    _one_open('disagreement', ['application_id', 'stage'], 'settled_at IS NULL')
    _one_open('meeting', ['intake_id'], 'closed_at IS NULL')
    # In place on both databases: building SQLite's tables anew would drop their triggers.
    known = ", ".join(f"'{each}'" for each in ZONE_REASONS)
    for table in ('zone_decision', 'borderline_decision'):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN reason_code VARCHAR(40)"
            f" CONSTRAINT ck_{table}_zone_reason CHECK (reason_code IN ({known}))"
        )
    _refuse_changes()


def _one_open(table: str, columns: list[str], when: str) -> None:
    op.create_index(
        f'uq_{table}_one_open', table, columns, unique=True, sqlite_where=sa.text(when), postgresql_where=sa.text(when)
    )  # fmt: skip


#: Table -> its columns, the one of free text last: disposal may empty that, and nothing else may change.
WRITTEN = {
    'discussion_message': ('id', 'region_id', 'disagreement_id', 'author_id', 'written_at', 'text'),
    'level_change': (
        'id', 'region_id', 'disagreement_id', 'assignment_id', 'criterion', 'old', 'new', 'changed_at', 'reason',
    ),
}  # fmt: skip
WRITTEN_MESSAGE = 'what was written in a discussion is never changed'
CLOSED_MESSAGE = 'the minutes of a closed meeting are never changed'


def _refuse_changes() -> None:
    for table, (*same, free) in WRITTEN.items():
        equal = 'IS' if _sqlite() else 'IS NOT DISTINCT FROM'
        unchanged = ' AND '.join(f'NEW.{name} {equal} OLD.{name}' for name in same)
        _refuse(table, 'update', WRITTEN_MESSAGE, f"NOT (NEW.{free} = '' AND {unchanged})")
        _refuse(table, 'delete', WRITTEN_MESSAGE)
    for verb in ('update', 'delete'):
        _refuse('meeting', verb, CLOSED_MESSAGE, 'OLD.closed_at IS NOT NULL')
    closed = 'EXISTS (SELECT 1 FROM meeting WHERE id = {row}.meeting_id AND closed_at IS NOT NULL)'
    if _sqlite():
        for verb, row in (('insert', 'NEW'), ('update', 'OLD'), ('delete', 'OLD')):
            _refuse('meeting_attendance', verb, CLOSED_MESSAGE, closed.format(row=row))
        return
    op.execute(
        'CREATE FUNCTION refuse_change_of_closed_meeting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
        " IF TG_OP <> 'INSERT' THEN IF " + closed.format(row='OLD') + f" THEN RAISE EXCEPTION '{CLOSED_MESSAGE}';"
        " END IF; END IF;"
        " IF TG_OP <> 'DELETE' THEN IF " + closed.format(row='NEW') + f" THEN RAISE EXCEPTION '{CLOSED_MESSAGE}';"
        " END IF; RETURN NEW; END IF; RETURN OLD; END $$"
    )
    op.execute(
        'CREATE TRIGGER meeting_attendance_no_change BEFORE INSERT OR UPDATE OR DELETE ON meeting_attendance'
        ' FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed_meeting()'
    )
    for table, message in (*((each, WRITTEN_MESSAGE) for each in WRITTEN), ('meeting', CLOSED_MESSAGE)):
        op.execute(
            f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}'
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{message}')"
        )


def _sqlite() -> bool:
    return op.get_bind().dialect.name == 'sqlite'


def _refuse(table: str, verb: str, message: str, when: str = '') -> None:
    if _sqlite():
        condition, then = (f'WHEN {when}' if when else ''), f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    else:
        condition, then = (f'WHEN ({when})' if when else ''), f"EXECUTE FUNCTION refuse_change('{message}')"
    op.execute(
        f'CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW {condition} {then}'
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
