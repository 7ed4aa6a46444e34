"""The time plan of an intake, visits, and what it taught."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lesson_comment',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.Enum('advertisement', 'application', 'eligibility', 'assessment', 'ranking', 'interviews', 'offers', 'work', name='lesson_subject', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum('keep', 'change', 'try', name='lesson_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('written_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('removed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_lesson_comment_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_lesson_comment_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['written_by_id'], ['account.id'], name=op.f('fk_lesson_comment_written_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_comment')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_lesson_comment_intake_id'), 'lesson_comment', ['intake_id'])
    op.create_table('lesson_summary',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=6000), nullable=False),
    sa.Column('agreed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('agreed_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('version >= 1', name=op.f('ck_lesson_summary_version')),
    sa.ForeignKeyConstraint(['agreed_by_id'], ['account.id'], name=op.f('fk_lesson_summary_agreed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_lesson_summary_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_lesson_summary_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_summary')),
    sa.UniqueConstraint('intake_id', 'version', name=op.f('uq_lesson_summary_intake_id_version')),
    sqlite_autoincrement=True
    )
    op.create_table('plan_date',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Enum('advertised', 'closes', 'completions_in', 'eligibility_decided', 'calibrated', 'assessed', 'ranking_meeting', 'list_published', 'interviews_from', 'interviews_until', 'offers_out', 'replies_in', 'starts', name='plan_step', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_plan_date_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_plan_date_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_date')),
    sa.UniqueConstraint('intake_id', 'step', name=op.f('uq_plan_date_intake_id_step')),
    sqlite_autoincrement=True
    )
    op.create_table('retrospective',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('closed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['closed_by_id'], ['account.id'], name=op.f('fk_retrospective_closed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_retrospective_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_retrospective_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retrospective')),
    sa.UniqueConstraint('intake_id', name=op.f('uq_retrospective_intake_id')),
    sqlite_autoincrement=True
    )
    op.create_table('visit',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('since', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_visit_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_visit_intake_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_visit_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint('account_id', 'intake_id', name=op.f('uq_visit_account_id_intake_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_visit_intake_id'), 'visit', ['intake_id'])
    op.add_column('site', sa.Column('closed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True))
    # In SQL, since Alembic adds the key in a step of its own, for which SQLite would have to copy the whole table.
    op.execute(
        "ALTER TABLE intake ADD COLUMN cloned_from_id INTEGER"
        " CONSTRAINT fk_intake_cloned_from_id REFERENCES intake (id)"
    )
    _refuse_changes()


MESSAGE = "what was agreed for the next intake is never changed"


def _refuse_changes() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    then = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if sqlite else f"EXECUTE FUNCTION refuse_change('{MESSAGE}')"
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER lesson_summary_no_{verb} BEFORE {verb.upper()} ON lesson_summary "
            f"FOR EACH ROW {then}"
        )
    if not sqlite:
        op.execute(
            "CREATE TRIGGER lesson_summary_no_truncate BEFORE TRUNCATE ON lesson_summary "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{MESSAGE}')"
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
