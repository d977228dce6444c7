"""Notices, how people want to get them, mails; webhooks and what was sent to them."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    _mails()
    _notices()
    _webhooks()


def _outgoing() -> list[sa.Column[object]]:
    """The columns of what is sent."""
    return [
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
    ]


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_outgoing(),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mails_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
    )
    op.create_index("ix_mails_user_id_created_at", "mails", ["user_id", "created_at"])
    _partial("ix_mails_next_try_at", "mails", ["next_try_at"], "state = 'waiting'")


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("mail", sa.String(length=8), nullable=True),
        sa.Column("mail_after", UtcDateTime(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notices_user_id_users"),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name="fk_notices_mail_id_mails"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_user_id_created_at_id", "notices", ["user_id", "created_at", "id"])
    op.create_index("ix_notices_mail_id", "notices", ["mail_id"])
    _partial("ix_notices_user_id_read_at", "notices", ["user_id", "read_at"], "read_at IS NULL")
    _partial("ix_notices_user_id_mail", "notices", ["user_id", "mail"], "mail IS NOT NULL AND mail_id IS NULL")
    _partial("ix_notices_case_id", "notices", ["case_id"], "case_id IS NOT NULL")
    op.create_table(
        "notice_settings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("digest", sa.String(length=8), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("pending_email", sa.String(length=254), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_at", UtcDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notice_settings_user_id_users"),
        sa.PrimaryKeyConstraint("user_id", name="pk_notice_settings"),
    )


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("active_since", UtcDateTime(), nullable=False),
        sa.Column("resting_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.JSON(), nullable=False),
        *_outgoing(),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id_webhooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint("webhook_id", "event_id", name="uq_webhook_deliveries_webhook_id_event_id"),
    )
    op.create_index("ix_webhook_deliveries_webhook_id_id", "webhook_deliveries", ["webhook_id", "id"])
    op.create_index("ix_webhook_deliveries_state_id", "webhook_deliveries", ["state", "id"])
    _partial("ix_webhook_deliveries_next_try_at", "webhook_deliveries", ["next_try_at"], "state = 'waiting'")
    op.create_table(
        "webhook_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_head"),
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Back to the revision before; what waited to be sent is gone."""
    for table in ("webhook_head", "webhook_deliveries", "webhooks", "notice_settings", "notices", "mails"):
        op.drop_table(table)
