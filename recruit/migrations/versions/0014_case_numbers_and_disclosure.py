"""Case numbers in a region's own pattern, and disclosures of public records."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_pattern',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake', sa.String(length=60), nullable=False),
    sa.Column('application', sa.String(length=60), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['account.id'], name=op.f('fk_case_pattern_changed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_case_pattern_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_pattern')),
    sa.UniqueConstraint('region_id', name=op.f('uq_case_pattern_region_id')),
    sqlite_autoincrement=True
    )
    op.create_table('case_counter',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('series', sa.String(length=120), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_case_counter_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_counter')),
    sa.UniqueConstraint('region_id', 'series', name=op.f('uq_case_counter_region_id_series')),
    sqlite_autoincrement=True
    )
    op.create_table('disclosure',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('wanted', sa.String(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('parts', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('registered_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('registered_by_id', sa.Integer(), nullable=False),
    sa.Column('looked_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('looked_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('whole', 'masked', 'refused', name='disclosure_outcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('letter', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('decided_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_disclosure_decided_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_disclosure_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['looked_by_id'], ['account.id'], name=op.f('fk_disclosure_looked_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_disclosure_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['registered_by_id'], ['account.id'], name=op.f('fk_disclosure_registered_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosure')),
    sa.UniqueConstraint('region_id', 'number', name=op.f('uq_disclosure_region_id_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_disclosure_intake_id'), 'disclosure', ['intake_id'])
    op.create_table('disclosed_application',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('disclosure_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('seen', sa.String(length=64), nullable=True),
    sa.Column('seen_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('seen_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_disclosed_application_application_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['disclosure_id'], ['disclosure.id'], name=op.f('fk_disclosed_application_disclosure_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_disclosed_application_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['seen_by_id'], ['account.id'], name=op.f('fk_disclosed_application_seen_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosed_application')),
    sa.UniqueConstraint('disclosure_id', 'application_id', name=op.f('uq_disclosed_application_disclosure_id_application_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_disclosed_application_application_id'), 'disclosed_application', ['application_id'])
    op.create_index(op.f('ix_disclosed_application_disclosure_id'), 'disclosed_application', ['disclosure_id'])
    op.create_table('disclosure_masking',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('disclosure_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('page', sa.Integer(), nullable=True),
    sa.Column('start', sa.Integer(), nullable=True),
    sa.Column('stop', sa.Integer(), nullable=True),
    sa.Column('image', sa.Integer(), nullable=True),
    sa.Column('ground', sa.String(length=300), nullable=False),
    sa.Column('masked_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('masked_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('start IS NULL OR start < stop', name=op.f('ck_disclosure_masking_start_before_stop')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_disclosure_masking_application_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['disclosure_id'], ['disclosure.id'], name=op.f('fk_disclosure_masking_disclosure_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['masked_by_id'], ['account.id'], name=op.f('fk_disclosure_masking_masked_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_disclosure_masking_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosure_masking')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_disclosure_masking_application_id'), 'disclosure_masking', ['application_id'])
    op.create_index(op.f('ix_disclosure_masking_disclosure_id'), 'disclosure_masking', ['disclosure_id'])
    op.create_table('disclosure_file',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('disclosure_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['disclosure_id'], ['disclosure.id'], name=op.f('fk_disclosure_file_disclosure_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_disclosure_file_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosure_file')),
    sa.UniqueConstraint('disclosure_id', 'kind', name=op.f('uq_disclosure_file_disclosure_id_kind')),
    sqlite_autoincrement=True
    )
    op.add_column('application', sa.Column('case_number', sa.String(length=60), nullable=True))
    op.create_index('ix_application_case_number', 'application', ['region_id', 'case_number'], unique=True)
    _refuse_changes()


MESSAGE = "a decided disclosure is never changed"
#: What stands fast once a request is decided. `wanted` and `letter` may be emptied, by disposal.
FAST = (
    "id", "region_id", "intake_id", "number", "asked_on", "parts", "registered_at", "registered_by_id", "looked_at",
    "looked_by_id", "outcome", "sha256", "decided_at", "decided_by_id",
)  # fmt: skip
PARTS = ("disclosed_application", "disclosure_masking")


def _refuse_changes() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in FAST)
    texts = " AND ".join(f"NEW.{name} IN (OLD.{name}, '')" for name in ("wanted", "letter"))
    decided = "OLD.decided_at IS NOT NULL"
    then = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if sqlite else f"EXECUTE FUNCTION refuse_change('{MESSAGE}')"
    for table, verb, when in (
        ("disclosure", "update", f"{decided} AND NOT ({kept} AND {texts})"),
        ("disclosure", "delete", decided),
        ("disclosure_file", "update", "TRUE"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW WHEN ({when}) {then}"
        )
    (_parts_on_sqlite if sqlite else _parts_on_postgresql)()


def _parts_on_sqlite() -> None:
    for table in PARTS:
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW WHEN EXISTS"
                f" (SELECT 1 FROM disclosure WHERE id = {row}.disclosure_id AND decided_at IS NOT NULL)"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )


def _parts_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_decided_disclosure() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE one record; BEGIN"
        " IF TG_OP = 'INSERT' THEN one := NEW; ELSE one := OLD; END IF;"
        " IF EXISTS (SELECT 1 FROM disclosure WHERE id = one.disclosure_id AND decided_at IS NOT NULL) THEN"
        f" RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$"
    )
    for table in PARTS:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_decided_disclosure()"
        )
    for table in ("disclosure", *PARTS):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{MESSAGE}')"
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
