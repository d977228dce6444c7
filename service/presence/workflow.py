"""Looking at a case, and seeing who else does. It blocks nobody: versions decide whose step counts."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.cases.models import CaseRow
from service.cases.workflow import load_case
from service.database import insert_or
from service.events.hub import AREA
from service.office import Office
from service.presence.models import CaseViewerRow
from service.presence.schemas import Viewer, Viewers
from service.security import Principal
from service.users.models import UserRow

RENEW = timedelta(seconds=20)
LASTS = timedelta(seconds=50)
"""Two renewals may get lost before others no longer see somebody."""

VIEWED = "case.viewed"


async def look_at(office: Office, asker: Principal, case_id: UUID) -> Viewers:
    """Note that the asker looks at a case, and answer who else does.

    Raises:
        ProblemError: 404 where there is no such case.
    """
    now = clock.now()
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id, lock=False)
        await session.execute(delete(CaseViewerRow).where(CaseViewerRow.until <= now))
        key = {"case_id": case_id, "user_id": asker.id}
        came = await session.get(CaseViewerRow, key) is None
        row = insert_or(session, CaseViewerRow).values(**key, since=now, until=now + LASTS)
        await session.execute(row.on_conflict_do_update(index_elements=list(key), set_={"until": now + LASTS}))
        items = await _others(session, asker, case_id)
    if came:
        await _tell(office, case)
    return Viewers(items=items, renew_seconds=int(RENEW.total_seconds()))


async def look_away(office: Office, asker: Principal, case_id: UUID) -> None:
    """Note that the asker looks at a case no longer; whoever did not look is no error.

    Raises:
        ProblemError: 404 where there is no such case.
    """
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id, lock=False)
        row = await session.get(CaseViewerRow, {"case_id": case_id, "user_id": asker.id})
        if row is None:
            return
        await session.delete(row)
    await _tell(office, case)


async def _others(session: AsyncSession, asker: Principal, case_id: UUID) -> list[Viewer]:
    query = (
        select(UserRow.display_name.label("name"), CaseViewerRow.since)
        .join(UserRow, UserRow.id == CaseViewerRow.user_id)
        .where(CaseViewerRow.case_id == case_id, CaseViewerRow.user_id != asker.id)
        .order_by(CaseViewerRow.since, CaseViewerRow.user_id)
    )
    return [Viewer.model_validate(row) for row in await session.execute(query)]


async def _tell(office: Office, case: CaseRow) -> None:
    """Tell consoles to ask again; the event names nobody, for everybody may read it."""
    area_id = None if case.area_id is None else str(case.area_id)
    await office.hub.announce(VIEWED, {"id": str(case.id), AREA: area_id})
