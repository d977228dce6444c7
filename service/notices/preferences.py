"""How a person wants to be told: what they chose, else the default of the kind."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.notices.kinds import NOTICE_KINDS, MailChoice, NoticeKind
from service.notices.models import NoticeSettingsRow

Digest = Literal["hourly", "daily"]


class Choice(BaseModel):
    """How notices of one kind reach somebody."""

    model_config = ConfigDict(extra="forbid")

    console: bool = Field(description="in the console's list")
    mail: MailChoice = Field(description="a mail at once, with the next digest, or none")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one person chose; the address is one that the person has shown to be theirs."""

    email: str | None
    digest: Digest
    choices: dict[NoticeKind, Choice]

    def choice(self, kind: NoticeKind) -> Choice:
        """How notices of a kind reach the person."""
        return self.choices.get(kind) or Choice(console=True, mail=NOTICE_KINDS[kind].mail)


_CHOICES = TypeAdapter(dict[str, Choice])
_NOTHING_CHOSEN = Preferences(None, "hourly", {})


def preferences_from(row: NoticeSettingsRow | None) -> Preferences:
    """What a row says; the defaults where there is none."""
    if row is None:
        return _NOTHING_CHOSEN
    kept = _CHOICES.validate_python(row.choices)
    choices = {NoticeKind(kind): choice for kind, choice in kept.items() if kind in NOTICE_KINDS}
    return Preferences(row.email, cast("Digest", row.digest), choices)


async def preferences_of(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, Preferences]:
    """What each of these people chose."""
    rows = await session.scalars(select(NoticeSettingsRow).where(NoticeSettingsRow.user_id.in_(user_ids)))
    chosen = {row.user_id: preferences_from(row) for row in rows}
    return {user_id: chosen.get(user_id, _NOTHING_CHOSEN) for user_id in user_ids}
