"""Referees' links, and what is released to applicants."""

import sqlalchemy as sa
from alembic import op

from recruit.models.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NOTICES = (
    'application_withdrawn', 'completion_answered', 'profile_waits', 'list_waits', 'assigned', 'calibration_opened',
    'discussion_opened', 'assessments_in', 'mail_failed', 'reference_came_in', 'reference_trouble', 'merits_asked',
)  # fmt: skip


def upgrade() -> None:
    _references()
    _released()
    _columns()
    _notices()


def _references() -> None:
    op.create_table('reference_setting',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('asking', sa.Enum('by_hand', 'at_submission', 'at_call', name='reference_asking', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('remind_days', sa.Integer(), nullable=False),
    sa.Column('set_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('days BETWEEN 3 AND 90', name=op.f('ck_reference_setting_days_range')),
    sa.CheckConstraint('remind_days BETWEEN 1 AND 30', name=op.f('ck_reference_setting_remind_range')),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_reference_setting_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_reference_setting_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['set_by_id'], ['account.id'], name=op.f('fk_reference_setting_set_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_setting')),
    sa.UniqueConstraint('intake_id', name=op.f('uq_reference_setting_intake_id')),
    sqlite_autoincrement=True
    )
    op.create_table('reference_request',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('referee_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('first_due_on', sa.Date(), nullable=False),
    sa.Column('sent_to', sa.String(length=254), nullable=False),
    sa.Column('mail_id', sa.Integer(), nullable=True),
    sa.Column('reminded_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('draft_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('relation', sa.Enum('manager', 'supervisor', 'colleague', 'teacher', 'friend', 'relative', 'other', name='relation', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('known_from', sa.String(length=60), nullable=False),
    sa.Column('known_until', sa.String(length=60), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('declined_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('decline_reason', sa.Enum('does_not_know', 'too_long_ago', 'too_close', 'no_time', 'not_agreed', 'other', name='decline_reason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('from_session', sa.Boolean(), nullable=False),
    sa.Column('from_address', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(declined_at IS NULL) = (decline_reason IS NULL)', name=op.f('ck_reference_request_declined_with_reason')),
    sa.CheckConstraint('answered_at IS NULL OR declined_at IS NULL', name=op.f('ck_reference_request_one_end')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_reference_request_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_reference_request_asked_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_reference_request_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['mail_id'], ['outgoing_mail.id'], name=op.f('fk_reference_request_mail_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['referee_id'], ['referee.id'], name=op.f('fk_reference_request_referee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_reference_request_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_reference_request_public_id')),
    sa.UniqueConstraint('referee_id', name=op.f('uq_reference_request_referee_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_reference_request_application_id'), 'reference_request', ['application_id'], unique=False)
    op.create_index(op.f('ix_reference_request_intake_id'), 'reference_request', ['intake_id'], unique=False)
    op.create_table('reference_link',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_reference_link_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['request_id'], ['reference_request.id'], name=op.f('fk_reference_link_request_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_reference_link_digest')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_reference_link_request_id'), 'reference_link', ['request_id'], unique=False)


def _released() -> None:
    op.create_table('decision_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('notice_board', sa.String(length=300), nullable=False),
    sa.Column('court', sa.String(length=200), nullable=False),
    sa.Column('contact', sa.String(length=300), nullable=False),
    sa.Column('changed_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['changed_by_id'], ['account.id'], name=op.f('fk_decision_contact_changed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_decision_contact_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_contact')),
    sa.UniqueConstraint('region_id', name=op.f('uq_decision_contact_region_id')),
    sqlite_autoincrement=True
    )
    op.create_table('posts_filled',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('told_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('told_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_posts_filled_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_posts_filled_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['told_by_id'], ['account.id'], name=op.f('fk_posts_filled_told_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posts_filled')),
    sa.UniqueConstraint('intake_id', name=op.f('uq_posts_filled_intake_id')),
    sqlite_autoincrement=True
    )
    op.create_table('decision_letter',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('basis', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_decision_letter_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_decision_letter_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_letter')),
    sa.UniqueConstraint('application_id', 'language', 'basis', name=op.f('uq_decision_letter_application_id_language_basis')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_decision_letter_application_id'), 'decision_letter', ['application_id'], unique=False)
    op.create_table('merits_request',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('answered_at', UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['account.id'], name=op.f('fk_merits_request_answered_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_merits_request_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_merits_request_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_merits_request_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merits_request')),
    sa.UniqueConstraint('intake_id', 'number', name=op.f('uq_merits_request_intake_id_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_merits_request_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_merits_request_application_id'), 'merits_request', ['application_id'], unique=False)
    op.create_table('released_step',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('not_eligible', 'called', 'offered', 'accepted', 'declined', 'started', 'dropped_out', name='released_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('released_at', UtcDateTime(timezone=True), nullable=False),
    sa.Column('released_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_released_step_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_released_step_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_released_step_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['released_by_id'], ['account.id'], name=op.f('fk_released_step_released_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_released_step')),
    sa.UniqueConstraint('application_id', 'kind', name=op.f('uq_released_step_application_id_kind')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_released_step_intake_id'), 'released_step', ['intake_id'], unique=False)


def _columns() -> None:
    op.add_column('application', sa.Column('withdrawal_code', sa.String(length=20), nullable=True))
    op.add_column('referee', sa.Column('language', sa.String(length=4), server_default='both', nullable=False))


def _notices() -> None:
    """The members of the group can be told of more."""
    kinds = sa.CheckConstraint(f"kind IN {NOTICES}", name="notice")
    for table in ("notice_choice", "waiting_notice"):
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_notice"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_notice"), kinds.sqltext)


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
