"""Reading one's own notices."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.errors import not_found
from service.notices.facts import Facts
from service.notices.kinds import NoticeKind
from service.notices.models import NoticeRow
from service.notices.schemas import Notice, NoticePage, Unread, Words
from service.notices.telling import refresh
from service.notices.texts import wording
from service.office import Office
from service.paging import decode_time_cursor, encode_cursor
from service.security import Principal


async def list_notices(
    session: AsyncSession, office: Office, asker: Principal, *, unread: bool, limit: int, cursor: str | None
) -> NoticePage:
    """The asker's notices, newest first."""
    query = select(NoticeRow).where(*_own(asker))
    if unread:
        query = query.where(NoticeRow.read_at.is_(None))
    order = (NoticeRow.created_at, NoticeRow.id)
    if cursor is not None:
        query = query.where(tuple_(*order) < tuple_(*decode_time_cursor(cursor)))
    rows = list(await session.scalars(query.order_by(*(column.desc() for column in order)).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return NoticePage(
        items=[_shown(office, row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.created_at.isoformat(), str(last.id)) if last is not None else None,
        unread=(await count_unread(session, asker)).unread,
    )


async def count_unread(session: AsyncSession, asker: Principal) -> Unread:
    """How many of the asker's notices wait to be read."""
    query = select(func.count()).where(*_own(asker), NoticeRow.read_at.is_(None))
    return Unread(unread=await session.scalar(query) or 0)


async def read_notice(office: Office, asker: Principal, notice_id: UUID) -> Notice:
    """Note that the asker has read a notice; saying it again changes nothing.

    Raises:
        ProblemError: 404 where there is none; somebody else's is not said to exist.
    """
    async with office.database.transaction() as session:
        query = select(NoticeRow).where(NoticeRow.id == notice_id, *_own(asker)).with_for_update()
        row = await session.scalar(query)
        if row is None:
            raise not_found("notice")
        if row.read_at is None:
            row.read_at = clock.now()
            refresh(session, [row.user_id])
        return _shown(office, row)


async def read_notices(office: Office, asker: Principal) -> Unread:
    """Note that the asker has read all notices."""
    async with office.database.transaction() as session:
        query = select(NoticeRow).where(*_own(asker), NoticeRow.read_at.is_(None)).order_by(NoticeRow.created_at)
        rows = (await session.scalars(query.with_for_update())).all()
        for row in rows:
            row.read_at = clock.now()
        if rows:
            refresh(session, [asker.id])
    return Unread(unread=0)


def _own(asker: Principal) -> tuple[ColumnElement[bool], ...]:
    return NoticeRow.user_id == asker.id, NoticeRow.shown.is_(True)


def _shown(office: Office, row: NoticeRow) -> Notice:
    kind, facts = NoticeKind(row.kind), Facts.model_validate(row.facts)
    words = wording(kind, facts, office.settings.zone)
    return Notice(
        id=row.id,
        kind=kind,
        title=Words.model_validate(words.title),
        body=Words.model_validate(words.body),
        case_id=row.case_id,
        camera_id=facts.cameras[0].id if len(facts.cameras) == 1 else None,
        created_at=row.created_at,
        read_at=row.read_at,
    )
