"""Committed seeds, the borderline zone and how it is settled, releases and publishing."""

import hashlib

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lot_seed',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('committed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revealed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("stage IN ('screening', 'interview')", name=op.f('ck_lot_seed_stage')),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_lot_seed_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_lot_seed_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot_seed')),
    sa.UniqueConstraint('intake_id', 'stage', name=op.f('uq_lot_seed_intake_id_stage')),
    sqlite_autoincrement=True
    )
    op.create_table('ranking_release',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('released_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('released_by_id', sa.Integer(), nullable=False),
    sa.Column('chain_head', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_ranking_release_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['released_by_id'], ['account.id'], name=op.f('fk_ranking_release_released_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['run_id'], ['ranking_run.id'], name=op.f('fk_ranking_release_run_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ranking_release')),
    sa.UniqueConstraint('run_id', name=op.f('uq_ranking_release_run_id')),
    sqlite_autoincrement=True
    )
    op.create_table('borderline_decision',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('above', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_borderline_decision_application_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['list_id'], ['interview_list.id'], name=op.f('fk_borderline_decision_list_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_borderline_decision_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_borderline_decision')),
    sa.UniqueConstraint('list_id', 'application_id', name=op.f('uq_borderline_decision_list_id_application_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_borderline_decision_application_id'), 'borderline_decision', ['application_id'])
    op.create_index(op.f('ix_borderline_decision_list_id'), 'borderline_decision', ['list_id'])
    op.create_table('zone_decision',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('rationale', sa.String(), nullable=False),
    sa.Column('decided_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_zone_decision_decided_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['list_id'], ['interview_list.id'], name=op.f('fk_zone_decision_list_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_zone_decision_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zone_decision')),
    sa.UniqueConstraint('list_id', name=op.f('uq_zone_decision_list_id')),
    sqlite_autoincrement=True
    )
    op.create_table('list_publication',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('published_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['interview_list.id'], name=op.f('fk_list_publication_list_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['published_by_id'], ['account.id'], name=op.f('fk_list_publication_published_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_list_publication_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_publication')),
    sa.UniqueConstraint('list_id', name=op.f('uq_list_publication_list_id')),
    sqlite_autoincrement=True
    )
    op.create_table('third_assessment',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_third_assessment_application_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_third_assessment_asked_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_third_assessment_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_third_assessment_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['run_id'], ['ranking_run.id'], name=op.f('fk_third_assessment_run_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_third_assessment')),
    sa.UniqueConstraint('application_id', 'stage', name=op.f('uq_third_assessment_application_id_stage')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_third_assessment_intake_id'), 'third_assessment', ['intake_id'])
    # Both databases can do this in place. Alembic would build SQLite's tables anew, which drops their triggers, and
    # with foreign keys on it would take the rows of other tables along.
    op.execute("ALTER TABLE interview_list ADD COLUMN settlement VARCHAR")
    _move_seeds()
    _refuse_changes()


def _move_seeds() -> None:
    """An intake's seed was public from its opening on and decided the lot of both stages. So it stays."""
    connection = op.get_bind()
    opened = "SELECT id, region_id, seed, COALESCE(opened_at, created_at) FROM intake WHERE seed IS NOT NULL"
    insert = sa.text(
        "INSERT INTO lot_seed (region_id, intake_id, stage, seed, commitment, committed_at, revealed_at)"
        " VALUES (:region, :intake, :stage, :seed, :commitment, :at, :at)"
    )
    for intake, region, seed, at in connection.execute(sa.text(opened)).all():
        for stage in ("screening", "interview"):
            values = {"commitment": hashlib.sha256(seed.encode()).hexdigest(), "stage": stage}
            connection.execute(insert, {"region": region, "intake": intake, "seed": seed, "at": at, **values})
    op.execute("ALTER TABLE intake DROP COLUMN seed")


#: Table -> what is refused, and why. A seed's revealing is the one change of it that is let through.
REFUSED = {
    "lot_seed": (("DELETE",), "the seed of a lot is never changed"),
    "ranking_release": (("UPDATE", "DELETE"), "a released ranking is never changed"),
    "list_publication": (("UPDATE", "DELETE"), "a published list is never changed"),
    "third_assessment": (("UPDATE", "DELETE"), "a third assessment that was asked for is never taken back"),
}
#: What was decided about a zone is locked with its list, as the list's entries are.
WITH_THE_LIST = ("zone_decision", "borderline_decision")
LOCKED = "status = 'confirmed' AND chain_head IS NOT NULL"
LOCKED_MESSAGE = "a confirmed interview list is locked"


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def _not_just_revealed(same: str) -> str:
    columns = ("id", "region_id", "intake_id", "stage", "seed", "commitment", "committed_at")
    unchanged = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in columns)
    return f"NOT (OLD.revealed_at IS NULL AND NEW.revealed_at IS NOT NULL AND {unchanged})"


def _refuse_on_sqlite() -> None:
    def refuse(table: str, verb: str, message: str, when: str = "") -> None:
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    for table, (verbs, message) in REFUSED.items():
        for verb in verbs:
            refuse(table, verb, message)
    refuse("lot_seed", "UPDATE", REFUSED["lot_seed"][1], f"WHEN {_not_just_revealed('IS')}")
    for table in WITH_THE_LIST:
        for verb, rows in (
            ("INSERT", "NEW.list_id"), ("UPDATE", "OLD.list_id, NEW.list_id"), ("DELETE", "OLD.list_id")
        ):  # fmt: skip
            locked = f"WHEN EXISTS (SELECT 1 FROM interview_list WHERE id IN ({rows}) AND {LOCKED})"
            refuse(table, verb, LOCKED_MESSAGE, locked)


def _refuse_on_postgresql() -> None:
    for table, (verbs, message) in REFUSED.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {' OR '.join(verbs)} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{message}')"
        )
    op.execute(
        "CREATE TRIGGER lot_seed_no_update BEFORE UPDATE ON lot_seed FOR EACH ROW "
        f"WHEN ({_not_just_revealed('IS NOT DISTINCT FROM')}) "
        f"EXECUTE FUNCTION refuse_change('{REFUSED['lot_seed'][1]}')"
    )
    for table in WITH_THE_LIST:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_locked_list()"
        )
    messages = {table: why for table, (_verbs, why) in REFUSED.items()} | dict.fromkeys(WITH_THE_LIST, LOCKED_MESSAGE)
    for table, message in messages.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{message}')"
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose seeds, decisions and releases: restore a copy from before.")
