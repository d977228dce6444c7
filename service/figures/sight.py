"""How much of a span of time each camera could see: what nobody saw is not proof that nothing was there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.cameras.models import CameraGapRow, CameraRow
from service.figures.schemas import CameraSight, CameraSights

Span = tuple[datetime, datetime]


async def camera_sights(session: AsyncSession, since: datetime, until: datetime) -> CameraSights:
    """Cameras that are on, who saw least first. Of the span counts what has passed, and since the camera was added.

    A gap that only re-aligned the zones hid nothing and is left out.
    """
    until = min(until, clock.now())
    cameras = list(await session.scalars(select(CameraRow).where(CameraRow.enabled).order_by(CameraRow.id)))
    query = select(CameraGapRow.camera_id, CameraGapRow.kind, CameraGapRow.started_at, CameraGapRow.ended_at).where(
        CameraGapRow.suspended,
        CameraGapRow.started_at < until,
        or_(CameraGapRow.ended_at.is_(None), CameraGapRow.ended_at > since),
    )
    spans: dict[str, list[Span]] = defaultdict(list)
    kinds: dict[str, dict[str, timedelta]] = defaultdict(lambda: defaultdict(timedelta))
    known_since = {camera.id: max(since, camera.created_at) for camera in cameras}
    for camera_id, kind, started_at, ended_at in await session.execute(query):
        start, end = max(started_at, known_since.get(camera_id, until)), min(ended_at or until, until)
        if start < end:
            spans[camera_id].append((start, end))
            kinds[camera_id][kind] += end - start
    items = []
    for camera in cameras:
        length = max(until - known_since[camera.id], timedelta())
        unseen = covered(spans[camera.id])
        items.append(
            CameraSight(
                camera_id=camera.id,
                name=camera.name,
                seen=1 - unseen / length if length else 1.0,
                unseen_seconds=unseen.total_seconds(),
                gaps=len(spans[camera.id]),
                kinds={kind: time.total_seconds() for kind, time in sorted(kinds[camera.id].items())},
            )
        )
    items.sort(key=lambda item: (item.seen, item.camera_id))
    return CameraSights(since=since, until=until, items=items)


def covered(spans: Iterable[Span]) -> timedelta:
    """How much time spans cover together; each moment counts once."""
    total, reached = timedelta(), None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        total += max(end - begin, timedelta())
        reached = end if reached is None else max(reached, end)
    return total
