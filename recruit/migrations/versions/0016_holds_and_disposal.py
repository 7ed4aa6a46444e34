"""Holds, disposal and the notice of how data are used."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('disposal_plan',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_days', sa.Integer(), nullable=False),
    sa.Column('not_hired_months', sa.Integer(), nullable=False),
    sa.Column('hired_months', sa.Integer(), nullable=False),
    sa.Column('monitoring_months', sa.Integer(), nullable=False),
    sa.Column('mail_months', sa.Integer(), nullable=False),
    sa.Column('disclosure_months', sa.Integer(), nullable=False),
    sa.Column('backup_days', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=300), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('changed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('draft_days BETWEEN 0 AND 3650 AND backup_days BETWEEN 0 AND 3650', name=op.f('ck_disposal_plan_days')),
    sa.CheckConstraint('not_hired_months BETWEEN 1 AND 600 AND hired_months BETWEEN 1 AND 600 AND monitoring_months BETWEEN 1 AND 600 AND mail_months BETWEEN 1 AND 600 AND disclosure_months BETWEEN 1 AND 600', name=op.f('ck_disposal_plan_months')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['account.id'], name=op.f('fk_disposal_plan_changed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_disposal_plan_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposal_plan')),
    sa.UniqueConstraint('region_id', name=op.f('uq_disposal_plan_region_id')),
    sqlite_autoincrement=True
    )
    op.create_table('correction_request',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('wanted', sa.String(), nullable=False),
    sa.Column('asked_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Enum('corrected', 'noted', 'refused', name='correction_outcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('answered_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(answered_at IS NULL) = (outcome IS NULL)', name=op.f('ck_correction_request_answered_with_an_outcome')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['account.id'], name=op.f('fk_correction_request_answered_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_correction_request_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_correction_request_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_correction_request_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction_request')),
    sa.UniqueConstraint('public_id', name=op.f('uq_correction_request_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_correction_request_application_id'), 'correction_request', ['application_id'])
    op.create_index(op.f('ix_correction_request_intake_id'), 'correction_request', ['intake_id'])
    op.create_table('disposal_receipt',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('counts', sa.String(), nullable=False),
    sa.Column('files', sa.Integer(), nullable=False),
    sa.Column('searched', sa.Integer(), nullable=True),
    sa.Column('found', sa.Integer(), nullable=True),
    sa.Column('disposed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('backups_until', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_disposal_receipt_application_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_disposal_receipt_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_disposal_receipt_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposal_receipt')),
    sa.UniqueConstraint('application_id', name=op.f('uq_disposal_receipt_application_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_disposal_receipt_intake_id'), 'disposal_receipt', ['intake_id'])
    op.create_table('hold',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=True),
    sa.Column('ground', sa.Enum('appeal', 'court', 'disclosure', 'other', name='hold_ground', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('placed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('placed_by_id', sa.Integer(), nullable=False),
    sa.Column('lifted_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.Column('lift_reason', sa.String(), nullable=False),
    sa.CheckConstraint('(lifted_at IS NULL) = (lifted_by_id IS NULL)', name=op.f('ck_hold_lifted_by_somebody')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_hold_application_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_hold_intake_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['account.id'], name=op.f('fk_hold_lifted_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['placed_by_id'], ['account.id'], name=op.f('fk_hold_placed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_hold_region_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hold')),
    sa.UniqueConstraint('public_id', name=op.f('uq_hold_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_hold_application_id'), 'hold', ['application_id'])
    op.create_index('ix_hold_in_force', 'hold', ['region_id', 'intake_id', 'lifted_at'])
    op.create_index(op.f('ix_hold_intake_id'), 'hold', ['intake_id'])
    op.add_column('application', sa.Column('notice_version', sa.Integer(), nullable=True))
    op.add_column('application', sa.Column('disposed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True))
    _let_disposal_empty()


LIST_MESSAGE = "a confirmed interview list is locked"
LOCKED = (
    "EXISTS (SELECT 1 FROM interview_list WHERE id IN (OLD.list_id, NEW.list_id)"
    " AND status = 'confirmed' AND chain_head IS NOT NULL)"
)
#: What is locked may be emptied of the words about people, by disposal; nothing else of it may change.
#: Table -> (columns that stay, columns of words, when it is locked, message).
EMPTIED = {
    "borderline_decision": (
        ("id", "region_id", "list_id", "application_id", "above", "reason_code"), ("reason",), LOCKED, LIST_MESSAGE,
    ),
    "zone_decision": (
        ("id", "region_id", "list_id", "reason_code", "decided_at", "decided_by_id"), ("rationale",), LOCKED,
        LIST_MESSAGE,
    ),
    "disclosure_masking": (
        (
            "id", "region_id", "disclosure_id", "application_id", "item", "kind", "page", "start", "stop", "image",
            "masked_at", "masked_by_id",
        ),
        ("ground",),
        "EXISTS (SELECT 1 FROM disclosure WHERE id = OLD.disclosure_id AND decided_at IS NOT NULL)",
        "a decided disclosure is never changed",
    ),
    "meeting": (
        (
            "id", "region_id", "intake_id", "number", "held_on", "revision", "begun_at", "begun_by_id", "closed_at",
            "closed_by_id",
        ),
        ("guests", "notes", "protocol"),
        "OLD.closed_at IS NOT NULL",
        "the minutes of a closed meeting are never changed",
    ),
}  # fmt: skip


def _let_disposal_empty() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    for table, (stays, words, locked, message) in EMPTIED.items():
        kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in stays)
        emptied = " AND ".join(f"(NEW.{name} {same} OLD.{name} OR COALESCE(NEW.{name}, '') = '')" for name in words)
        changed = f"NOT ({kept} AND {emptied})"
        if sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(
                f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN {locked} AND {changed}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        else:
            _on_postgresql(table, changed, locked, message)


def _on_postgresql(table: str, changed: str, locked: str, message: str) -> None:
    """A trigger's condition may hold no query: where the lock is another table's row, its function asks."""
    if table == "meeting":
        op.execute("DROP TRIGGER meeting_no_update ON meeting")
        op.execute(
            f"CREATE TRIGGER meeting_no_update BEFORE UPDATE ON meeting FOR EACH ROW WHEN ({locked} AND {changed})"
            f" EXECUTE FUNCTION refuse_change('{message}')"
        )
        return
    asks = (
        "refuse_change_of_decided_disclosure" if table == "disclosure_masking" else "refuse_change_of_locked_list"
    )
    op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE INSERT OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {asks}()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed})"
        f" EXECUTE FUNCTION {asks}()"
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
