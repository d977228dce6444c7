"""Notices, what people chose, and mails in the database."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import JSON, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime
from service.outgoing import Outgoing

_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail IS NOT NULL AND mail_id IS NULL")
_OF_CASE = text("case_id IS NOT NULL")
_DUE = text("state = 'waiting'")


class NoticeRow(Base):
    """One thing that one person is told.

    ``facts`` are `service.notices.facts.Facts`; the words are made when somebody looks, in the language of whoever
    does. ``mail`` is how it is mailed: ``now`` (from ``mail_after`` on), with the next ``digest``, or not at all;
    ``mail_id`` the mail that it went into.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_user_id_created_at_id", "user_id", "created_at", "id"),
        Index("ix_notices_user_id_read_at", "user_id", "read_at", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notices_user_id_mail", "user_id", "mail", sqlite_where=_TO_MAIL, postgresql_where=_TO_MAIL),
        Index("ix_notices_case_id", "case_id", sqlite_where=_OF_CASE, postgresql_where=_OF_CASE),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[UUID | None] = mapped_column(Uuid)
    facts: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shown: Mapped[bool]
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail: Mapped[str | None] = mapped_column(String(8))
    mail_after: Mapped[datetime] = mapped_column(UtcDateTime)
    mail_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("mails.id"), index=True)


class NoticeSettingsRow(Base):
    """How one person wants to be told. ``choices`` has only the kinds that the person changed.

    ``email`` is an address that the person has shown to be theirs; ``pending_email`` one that waits for the code.
    """

    __tablename__ = "notice_settings"

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id"), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    digest: Mapped[str] = mapped_column(String(8))
    choices: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    pending_email: Mapped[str | None] = mapped_column(String(254))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_tries: Mapped[int]


class MailRow(Outgoing):
    """A mail with one or several notices. Its text is made when it is sent, from what the notices say."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_user_id_created_at", "user_id", "created_at"),
        Index("ix_mails_next_try_at", "next_try_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
