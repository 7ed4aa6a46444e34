"""Letters, their sendings, and what each person wants to be told of."""

import sqlalchemy as sa
from alembic import op

from recruit.models.types import UtcDateTime

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KINDS = ('called', 'reserve', 'not_called', 'information', 'free')
NOTICES = (
    'application_withdrawn', 'completion_answered', 'profile_waits', 'list_waits', 'assigned', 'calibration_opened',
    'discussion_opened', 'assessments_in', 'mail_failed',
)  # fmt: skip
STATES = ('waiting', 'handing_over', 'sent', 'failed', 'uncertain', 'bounced', 'stopped')
MARKS = ('none', 'had_before', 'withdrawn', 'no_address', 'lacks_value', 'moved')


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment() -> UtcDateTime:
    return UtcDateTime(timezone=True)


def _key(table: str, column: str, other: str, ondelete: str = 'RESTRICT') -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}'), ondelete=ondelete)


def upgrade() -> None:
    _letters()
    _notices()
    _outbox()


def _letters() -> None:
    texts = (('subject_sv', 200), ('body_sv', None), ('subject_en', 200), ('body_en', None))
    op.create_table('letter_template',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', _choice('letter_kind', KINDS), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    *(sa.Column(name, sa.String(length=length), nullable=False) for name, length in texts),
    sa.Column('created_at', _moment(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('version >= 1', name=op.f('ck_letter_template_from_one')),
    _key('letter_template', 'created_by_id', 'account'),
    _key('letter_template', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_template')),
    sa.UniqueConstraint('region_id', 'kind', 'version', name=op.f('uq_letter_template_region_id_kind_version')),
    sqlite_autoincrement=True
    )
    op.create_table('letter_sending',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', _choice('letter_kind', KINDS), nullable=False),
    sa.Column('template_version', sa.Integer(), nullable=False),
    sa.Column('state', _choice('sending_state', ('draft', 'sent', 'stopped')), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    *(sa.Column(name, sa.String(length=length), nullable=False) for name, length in texts),
    sa.Column('created_at', _moment(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('tried_at', _moment(), nullable=False),
    sa.Column('sent_at', _moment(), nullable=True),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('goes_out_at', _moment(), nullable=True),
    _key('letter_sending', 'created_by_id', 'account'),
    _key('letter_sending', 'intake_id', 'intake'),
    _key('letter_sending', 'region_id', 'region'),
    _key('letter_sending', 'sent_by_id', 'account'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_sending')),
    sa.UniqueConstraint('intake_id', 'number', name=op.f('uq_letter_sending_intake_id_number')),
    sqlite_autoincrement=True
    )
    op.create_table('letter_recipient',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sending_id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('included', sa.Boolean(), nullable=False),
    sa.Column('mark', _choice('recipient_mark', MARKS), nullable=False),
    sa.Column('lacking', sa.String(length=40), nullable=False),
    sa.Column('recipient', sa.String(length=254), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    _key('letter_recipient', 'application_id', 'application', 'CASCADE'),
    _key('letter_recipient', 'region_id', 'region'),
    _key('letter_recipient', 'sending_id', 'letter_sending', 'CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_recipient')),
    sa.UniqueConstraint('sending_id', 'application_id', name=op.f('uq_letter_recipient_sending_id_application_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_letter_recipient_application_id'), 'letter_recipient', ['application_id'])
    _keep_versions()


MESSAGE = "a version of a letter's text is never changed"


def _keep_versions() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    then = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE.replace(chr(39), chr(39) * 2)}'); END" if sqlite else (
        f"EXECUTE FUNCTION refuse_change('{MESSAGE.replace(chr(39), chr(39) * 2)}')"
    )
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER letter_template_no_{verb} BEFORE {verb.upper()} ON letter_template FOR EACH ROW {then}"
        )
    if not sqlite:
        op.execute(
            f"CREATE TRIGGER letter_template_no_truncate BEFORE TRUNCATE ON letter_template FOR EACH STATEMENT {then}"
        )


def _notices() -> None:
    op.create_table('notice_choice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', _choice('notice', NOTICES), nullable=False),
    sa.Column('pace', _choice('notice_pace', ('at_once', 'daily', 'never')), nullable=False),
    _key('notice_choice', 'account_id', 'account', 'CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_choice')),
    sa.UniqueConstraint('account_id', 'kind', name=op.f('uq_notice_choice_account_id_kind')),
    sqlite_autoincrement=True
    )
    op.create_table('waiting_notice',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=True),
    sa.Column('application_id', sa.Integer(), nullable=True),
    sa.Column('kind', _choice('notice', NOTICES), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', _moment(), nullable=False),
    _key('waiting_notice', 'account_id', 'account', 'CASCADE'),
    _key('waiting_notice', 'application_id', 'application', 'CASCADE'),
    _key('waiting_notice', 'intake_id', 'intake', 'CASCADE'),
    _key('waiting_notice', 'region_id', 'region'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_notice')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_waiting_notice_account_id_at', 'waiting_notice', ['account_id', 'at'])
    op.create_index(op.f('ix_waiting_notice_application_id'), 'waiting_notice', ['application_id'])


def _outbox() -> None:
    # Mail about an application that is gone lost its application by "set null": nobody could find it any more.
    op.execute(
        "DELETE FROM outgoing_mail WHERE region_id IS NOT NULL AND application_id IS NULL AND sent_at IS NOT NULL"
    )
    with op.batch_alter_table('outgoing_mail', table_kwargs={'sqlite_autoincrement': True}) as table:
        table.add_column(sa.Column('sending_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('resent_from_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('state', _choice('mail_state', STATES), nullable=False, server_default='waiting'))
        table.add_column(sa.Column('failed_at', _moment(), nullable=True))
        table.add_column(sa.Column('settled_at', _moment(), nullable=True))
        table.add_column(sa.Column('status_code', sa.String(length=20), nullable=False, server_default=''))
        table.drop_constraint(op.f('fk_outgoing_mail_application_id'), type_='foreignkey')
        table.create_foreign_key(
            op.f('fk_outgoing_mail_application_id'), 'application', ['application_id'], ['id'], ondelete='CASCADE'
        )
        table.create_foreign_key(
            op.f('fk_outgoing_mail_sending_id'), 'letter_sending', ['sending_id'], ['id'], ondelete='RESTRICT'
        )
        table.create_foreign_key(
            op.f('fk_outgoing_mail_resent_from_id'), 'outgoing_mail', ['resent_from_id'], ['id'], ondelete='SET NULL'
        )
        table.create_index(op.f('ix_outgoing_mail_sending_id'), ['sending_id'])
        table.create_index(op.f('ix_outgoing_mail_state'), ['state'])
    op.execute("UPDATE outgoing_mail SET state = 'sent' WHERE sent_at IS NOT NULL")


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was written: restore a copy from before.")
