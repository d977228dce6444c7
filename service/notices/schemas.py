"""Notices and how people want to get them, as the API says them."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.clock import UtcTime
from service.notices.kinds import NoticeKind
from service.notices.preferences import Choice, Digest
from service.paging import Page

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,186}[A-Za-z0-9])?$",
    ),
]


class Words(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(from_attributes=True)

    chinese: str
    english: str


class Notice(BaseModel):
    """One thing that somebody was told."""

    id: UUID
    kind: NoticeKind
    title: Words
    body: Words
    case_id: UUID | None = Field(description="the case that it is about")
    camera_id: str | None = Field(description="the camera that it is about, where it is one")
    created_at: UtcTime
    read_at: UtcTime | None


class NoticePage(Page[Notice]):
    """One page of one's notices."""

    unread: int = Field(description="of all one's notices, not only of this page")


class Unread(BaseModel):
    """How many notices wait to be read."""

    unread: int


class KindChoice(Choice):
    """How notices of one kind reach the asker."""

    kind: NoticeKind
    name: Words


class NoticeSettings(BaseModel):
    """How the asker is told; ``kinds`` are those that people of the asker's role get."""

    email: str | None = Field(description="where mails go; null: nowhere")
    pending_email: str | None = Field(description="an address that waits for the code that was mailed to it")
    digest: Digest
    kinds: list[KindChoice]
    mail_possible: bool = Field(description="whether this office has a mail server")


class NoticeSettingsChange(BaseModel):
    """How the asker wants to be told; kinds left out get their defaults."""

    model_config = ConfigDict(extra="forbid")

    digest: Digest
    kinds: dict[NoticeKind, Choice]


class NewEmail(BaseModel):
    """An address for mails; a code goes there."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class EmailCode(BaseModel):
    """The code that was mailed."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{6}$")]
