"""Requests for completion, and the view that a person left the table in."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('completion_request',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('cv', 'diploma', 'licence', 'language', 'work_permit', 'reference', 'merit', 'other', name='attachment_kind', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('topic', sa.String(length=20), nullable=True),
    sa.Column('requirement', sa.String(length=20), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('asked_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('first_due_on', sa.Date(), nullable=False),
    sa.Column('reminded_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('attachment_id', sa.Integer(), nullable=True),
    sa.Column('handled_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by_id', sa.Integer(), nullable=True),
    sa.Column('cancel_reason', sa.String(), nullable=False),
    sa.CheckConstraint('answered_at IS NULL OR cancelled_at IS NULL', name=op.f('ck_completion_request_one_end')),
    sa.CheckConstraint('kind IS NULL OR topic IS NULL', name=op.f('ck_completion_request_one_thing')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_completion_request_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asked_by_id'], ['account.id'], name=op.f('fk_completion_request_asked_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_completion_request_attachment_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['cancelled_by_id'], ['account.id'], name=op.f('fk_completion_request_cancelled_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_completion_request_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_completion_request_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_completion_request_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_completion_request_application_id'), 'completion_request', ['application_id'])
    op.create_index(op.f('ix_completion_request_intake_id'), 'completion_request', ['intake_id'])
    op.create_table('table_view',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=600), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('saved_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_table_view_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_table_view_intake_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_table_view_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_table_view')),
    sa.UniqueConstraint('intake_id', 'account_id', 'name', name=op.f('uq_table_view_intake_id_account_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_table_view_public_id')),
    sqlite_autoincrement=True
    )
    op.create_table('requirement_setting',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('requirement', sa.String(length=20), nullable=False),
    sa.Column('answer', sa.Enum('yes', 'no', 'expected', 'unclear', name='answer', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('made_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('undone_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_requirement_setting_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['made_by_id'], ['account.id'], name=op.f('fk_requirement_setting_made_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_requirement_setting_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement_setting')),
    sa.UniqueConstraint('public_id', name=op.f('uq_requirement_setting_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_requirement_setting_intake_id'), 'requirement_setting', ['intake_id'])
    op.create_table('requirement_replaced',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('setting_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('old_answer', sa.Enum('yes', 'no', 'expected', 'unclear', name='old_answer', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('old_proposed', sa.Enum('yes', 'no', 'expected', 'unclear', name='old_proposed', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('old_reason', sa.String(), nullable=False),
    sa.Column('old_decided_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('old_decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_requirement_replaced_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['old_decided_by_id'], ['account.id'], name=op.f('fk_requirement_replaced_old_decided_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_requirement_replaced_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['setting_id'], ['requirement_setting.id'], name=op.f('fk_requirement_replaced_setting_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement_replaced')),
    sa.UniqueConstraint('setting_id', 'application_id', name=op.f('uq_requirement_replaced_setting_id_application_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_requirement_replaced_application_id'), 'requirement_replaced', ['application_id'])
    op.create_index('ix_application_in_table', 'application', ['intake_id', 'region_id', 'status', 'submitted_at'])
    op.create_index('ix_application_counted', 'application', ['intake_id', 'region_id', 'status', 'eligibility'])
    op.create_index('ix_assignment_counted', 'assignment', ['application_id', 'stage', 'status', 'region_id'])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
