"""Drafts of criteria profiles, and who approved a version.

No version from before is approved by this: nobody did. Intakes that are open keep theirs; opening asks for approval.
"""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _approval()
    op.create_table('profile_review',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('profile_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('comment', 'approved', 'sent_back', name='review_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('reviewed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind = 'approved' OR comment <> ''", name=op.f('ck_profile_review_said_something')),
    sa.ForeignKeyConstraint(['profile_id'], ['criteria_profile.id'], name=op.f('fk_profile_review_profile_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_profile_review_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['account.id'], name=op.f('fk_profile_review_reviewed_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_review')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_profile_review_profile_id'), 'profile_review', ['profile_id'])
    _drafts()
    _refuse_changes()


TOGETHER = '(approved_at IS NULL) = (approved_by_id IS NULL)'
BY_ANOTHER = 'approved_by_id IS NULL OR approved_by_id <> created_by_id'


def _approval() -> None:
    with op.batch_alter_table('criteria_profile', table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('approved_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('approved_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_criteria_profile_approved_by_id'), 'account', ['approved_by_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_check_constraint(op.f('ck_criteria_profile_approved_by_somebody'), TOGETHER)
        batch_op.create_check_constraint(op.f('ck_criteria_profile_approved_by_another'), BY_ANOTHER)


def _drafts() -> None:
    op.create_table('profile_draft',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('base_id', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('created_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('saved_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=False),
    sa.Column('discarded_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('discarded_by_id', sa.Integer(), nullable=True),
    sa.Column('became_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('revision >= 1', name=op.f('ck_profile_draft_revision_from_one')),
    sa.ForeignKeyConstraint(['base_id'], ['criteria_profile.id'], name=op.f('fk_profile_draft_base_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['became_id'], ['criteria_profile.id'], name=op.f('fk_profile_draft_became_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['created_by_id'], ['account.id'], name=op.f('fk_profile_draft_created_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['discarded_by_id'], ['account.id'], name=op.f('fk_profile_draft_discarded_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_profile_draft_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['saved_by_id'], ['account.id'], name=op.f('fk_profile_draft_saved_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_draft')),
    sqlite_autoincrement=True
    )
    op.create_index(
        'uq_profile_draft_one_of_a_key', 'profile_draft', ['region_id', 'key'], unique=True,
        sqlite_where=sa.text('discarded_at IS NULL AND became_id IS NULL'),
        postgresql_where=sa.text('discarded_at IS NULL AND became_id IS NULL'),
    )
    op.create_table('profile_draft_step',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('what', sa.String(length=80), nullable=False),
    sa.Column('saved_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['profile_draft.id'], name=op.f('fk_profile_draft_step_draft_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_profile_draft_step_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['saved_by_id'], ['account.id'], name=op.f('fk_profile_draft_step_saved_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_draft_step')),
    sa.UniqueConstraint('draft_id', 'revision', name=op.f('uq_profile_draft_step_draft_id_revision')),
    sqlite_autoincrement=True
    )


APPROVED = "an approved version of a criteria profile is never changed"
SAID = "what was said of a criteria profile is never changed"


def _refuse_changes() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, when, message in (
        ("criteria_profile", "WHEN (OLD.approved_at IS NOT NULL)", APPROVED),
        ("profile_review", "", SAID),
    ):
        then = f"BEGIN SELECT RAISE(ABORT, '{message}'); END" if sqlite else f"EXECUTE FUNCTION refuse_change('{message}')"
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW {when} {then}"
            )
        if not sqlite:
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{message}')"
            )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
