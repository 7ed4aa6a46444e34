"""The auditors' signatures under reports of the monitor."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('monitoring_signature',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('analysis_id', sa.Integer(), nullable=False),
    sa.Column('comments', sa.String(), nullable=False),
    sa.Column('published', sa.String(), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('seal', sa.String(length=64), nullable=False),
    sa.Column('signed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('signed_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['analysis_id'], ['monitoring_analysis.id'], name=op.f('fk_monitoring_signature_analysis_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_monitoring_signature_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_monitoring_signature_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['signed_by_id'], ['account.id'], name=op.f('fk_monitoring_signature_signed_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monitoring_signature')),
    sa.UniqueConstraint('analysis_id', name=op.f('uq_monitoring_signature_analysis_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_monitoring_signature_intake_id'), 'monitoring_signature', ['intake_id'])
    _refuse_changes()


MESSAGE = "a signed report of the monitor is never changed"


def _refuse_changes() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    then = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if sqlite else f"EXECUTE FUNCTION refuse_change('{MESSAGE}')"
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER monitoring_signature_no_{verb} BEFORE {verb.upper()} ON monitoring_signature "
            f"FOR EACH ROW {then}"
        )
    if not sqlite:
        op.execute(
            "CREATE TRIGGER monitoring_signature_no_truncate BEFORE TRUNCATE ON monitoring_signature "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{MESSAGE}')"
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose signatures: restore a copy from before.")
