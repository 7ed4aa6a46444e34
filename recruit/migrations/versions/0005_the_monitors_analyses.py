"""The monitor's stored analyses."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('monitoring_analysis',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'running', 'done', 'failed', name='analysis_state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('step', sa.String(length=40), nullable=False),
    sa.Column('parts_done', sa.Integer(), nullable=False),
    sa.Column('parts_total', sa.Integer(), nullable=False),
    sa.Column('progress_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('requested_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('finished_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('seed', sa.Integer(), nullable=True),
    sa.Column('code_version', sa.String(length=60), nullable=True),
    sa.Column('inputs_sha256', sa.String(length=64), nullable=True),
    sa.Column('figures', sa.String(), nullable=True),
    sa.Column('figures_sha256', sa.String(length=64), nullable=True),
    sa.Column('error', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(state = 'done') = (figures IS NOT NULL)", name=op.f('ck_monitoring_analysis_figures_when_done')),
    sa.CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name=op.f('ck_monitoring_analysis_error_when_failed')),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_monitoring_analysis_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['list_id'], ['interview_list.id'], name=op.f('fk_monitoring_analysis_list_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_monitoring_analysis_region_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['requested_by_id'], ['account.id'], name=op.f('fk_monitoring_analysis_requested_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monitoring_analysis')),
    sa.UniqueConstraint('intake_id', 'number', name=op.f('uq_monitoring_analysis_intake_id_number')),
    sqlite_autoincrement=True
    )
    under_way = sa.text("state IN ('queued', 'running')")
    op.create_index(
        'uq_monitoring_analysis_one_under_way', 'monitoring_analysis', ['intake_id'], unique=True,
        sqlite_where=under_way, postgresql_where=under_way,
    )  # fmt: skip
    _refuse_changes()


#: All columns but the list's, which is emptied when a draft is discarded.
FIXED = (
    "id", "region_id", "intake_id", "number", "state", "step", "parts_done", "parts_total", "progress_at",
    "requested_by_id", "requested_at", "started_at", "finished_at", "seed", "code_version", "inputs_sha256", "figures",
    "figures_sha256", "error",
)  # fmt: skip
MESSAGE = "a finished analysis of the monitor is never changed"


def _refuse_changes() -> None:
    finished = "OLD.state IN ('done', 'failed')"
    verbs = {"update": f"UPDATE OF {', '.join(FIXED)}", "delete": "DELETE"}
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, verb in verbs.items():
        then = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END" if sqlite else f"EXECUTE FUNCTION refuse_change('{MESSAGE}')"
        op.execute(
            f"CREATE TRIGGER monitoring_analysis_no_{name} BEFORE {verb} ON monitoring_analysis FOR EACH ROW "
            f"WHEN ({finished}) {then}"
        )
    if not sqlite:
        op.execute(
            "CREATE TRIGGER monitoring_analysis_no_truncate BEFORE TRUNCATE ON monitoring_analysis "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{MESSAGE}')"
        )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what auditors have read: restore a copy from before.")
