"""Links to sign in with, and a second factor."""

import sqlalchemy as sa
from alembic import op

import recruit.models.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _links()
    op.create_table('browser_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('browser', sa.String(length=60), nullable=False),
    sa.Column('began_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_browser_session_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_browser_session')),
    sa.UniqueConstraint('public_id', name=op.f('uq_browser_session_public_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_browser_session_account_id'), 'browser_session', ['account_id'])
    op.create_table('second_factor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_second_factor_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('account_id', name=op.f('uq_second_factor_account_id')),
    sqlite_autoincrement=True
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('used_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('digest', name=op.f('uq_recovery_code_digest')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_recovery_code_account_id'), 'recovery_code', ['account_id'])
    op.add_column('region', sa.Column('second_factor_required', sa.Boolean(), server_default=sa.false(), nullable=False))


def _links() -> None:
    """The table of links anew, with its rows: SQLite cannot change a CHECK or let a column be empty."""
    op.rename_table('email_token', 'email_token_before')
    if op.get_bind().dialect.name == "postgresql":
        for name in ('pk_email_token', 'uq_email_token_digest', 'fk_email_token_account_id'):
            op.execute(f'ALTER TABLE email_token_before RENAME CONSTRAINT {name} TO {name}_before')
    op.drop_index('ix_email_token_account_id', table_name='email_token_before')
    op.create_table('email_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.Enum('verify', 'reset', 'sign_in', 'address', name='token_purpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(length=500), nullable=False),
    sa.Column('carried', sa.String(), nullable=False),
    sa.Column('expires_at', recruit.models.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', recruit.models.types.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_email_token_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_email_token_digest')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_email_token_account_id'), 'email_token', ['account_id'])
    op.create_index(op.f('ix_email_token_email'), 'email_token', ['email'])
    op.execute(
        "INSERT INTO email_token (account_id, purpose, digest, email, name, password_hash, epoch, target, carried,"
        " expires_at, used_at)"
        " SELECT t.account_id, t.purpose, t.digest, a.email, t.name, t.password_hash, a.session_epoch, '', '',"
        " t.expires_at, t.used_at FROM email_token_before AS t JOIN account AS a ON a.id = t.account_id"
        " ORDER BY t.id"
    )
    op.drop_table('email_token_before')


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
