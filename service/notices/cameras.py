"""Telling that cameras cannot see, without a flood where many cannot, or where one flickers."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.cameras.models import CameraRow
from service.notices.facts import BlindCamera, Facts
from service.notices.kinds import NoticeKind
from service.notices.models import NoticeRow
from service.notices.people import people_with
from service.notices.telling import refresh, tell
from service.security import Role

TOGETHER = timedelta(minutes=10)
"""Cameras that go blind within this time are one notice: it is one power cut, one storm."""
AGAIN = timedelta(hours=1)
"""A camera is not told of again within this time."""
MOST = 100
"""Cameras of one notice."""


async def tell_blind(session: AsyncSession, camera_id: str, gap: str, now: datetime) -> None:
    """Tell operators and administrators that a camera cannot see; ``gap`` is the kind of what is in the way."""
    camera = await session.get(CameraRow, camera_id)
    if camera is None or not camera.enabled:
        return
    blind = BlindCamera(id=camera.id, name=camera.name or camera.id, gap=gap)
    people = await people_with(session, Role.OPERATOR, Role.ADMINISTRATOR)
    query = (
        select(NoticeRow)
        .where(
            NoticeRow.user_id.in_(people),
            NoticeRow.kind == NoticeKind.CAMERA_BLIND,
            NoticeRow.created_at > now - AGAIN,
        )
        .order_by(NoticeRow.user_id, NoticeRow.created_at)
        .with_for_update()
    )
    recent: dict[UUID, list[NoticeRow]] = {}
    for row in await session.scalars(query):
        recent.setdefault(row.user_id, []).append(row)
    for user_id, rows in recent.items():
        if _join(rows, blind, now):
            people.discard(user_id)
            refresh(session, [user_id])
        elif any(one.id == camera_id for row in rows for one in _cameras(row)):
            people.discard(user_id)
    await tell(session, NoticeKind.CAMERA_BLIND, people, Facts(cameras=[blind]), now)


def _join(rows: list[NoticeRow], blind: BlindCamera, now: datetime) -> bool:
    """Add a camera to the newest notice of a person, where that is still on its way and the camera is new."""
    newest = rows[-1]
    if any(one.id == blind.id for row in rows for one in _cameras(row)):
        return False
    cameras = _cameras(newest)
    open_still = newest.read_at is None and newest.mail_id is None and newest.created_at > now - TOGETHER
    if not open_still or len(cameras) >= MOST:
        return False
    newest.facts = Facts(cameras=[*cameras, blind]).kept()
    return True


def _cameras(row: NoticeRow) -> list[BlindCamera]:
    return Facts.model_validate(row.facts).cameras
