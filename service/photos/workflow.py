"""Photos on their way through the engine."""

import asyncio
from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service import clock
from service.audit.workflow import SYSTEM, Actor, record
from service.cases.models import CaseRow
from service.errors import ProblemError, ensure_kept, not_found
from service.events.workflow import OFFICE, publish
from service.evidence.delivery import CACHE, SANDBOX, Served, file_response
from service.evidence.looks import note_look
from service.office import Office
from service.paging import bad_cursor, decode_cursor, encode_cursor
from service.photos.models import PhotoRow
from service.photos.picture import as_jpeg
from service.photos.schemas import ClaimedPhotos, Photo, PhotoPage, PhotoResult, PhotoState
from service.security import OVERSEERS, Principal, Scope


async def list_photos(session: AsyncSession, asker: Principal, mine: bool, limit: int, cursor: str | None) -> PhotoPage:
    """Photos, newest first; inspectors see their own only."""
    query = select(PhotoRow).order_by(PhotoRow.id.desc()).limit(limit + 1)
    if mine or not asker.has(*OVERSEERS):
        query = query.where(PhotoRow.owner_id == asker.id)
    if cursor is not None:
        try:
            before = UUID(decode_cursor(cursor, 1)[0])
        except ValueError as error:
            raise bad_cursor() from error
        query = query.where(PhotoRow.id < before)
    rows = list(await session.scalars(query))
    return PhotoPage(
        items=await _with_cases(session, rows[:limit]),
        next_cursor=encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None,
    )


async def get_photo(session: AsyncSession, asker: Principal, photo_id: UUID) -> Photo:
    """One photo that the asker may see."""
    return await shown_with_cases(session, await _load_for(session, asker, photo_id))


async def get_image(office: Office, asker: Principal, photo_id: UUID, request: Request, *, original: bool) -> Response:
    """The picture itself."""
    async with office.database.reading() as session:
        row = await _load_for(session, asker, photo_id)
    ensure_kept(row.deleted_at)
    if asker.user_id is not None and asker.user_id != row.user_id:
        await note_look(office, asker, row.id, {"photo": str(row.id)})
    if row.media_type != "image/heic" or original:
        served = Served(row.key, row.size, row.sha256, row.media_type)
        return await file_response(office.files, served, request)
    content, _ = await office.files.read(row.key)
    jpeg = await asyncio.to_thread(as_jpeg, content)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": CACHE, "Content-Security-Policy": SANDBOX})


async def claim(office: Office, limit: int) -> ClaimedPhotos:
    """Give an engine the oldest photos that wait, or that another engine took and did not finish in time.

    A photo that was claimed too often without a result has failed: it may be what kills the engine.
    """
    now = clock.now()
    until = now + timedelta(seconds=office.settings.claim_seconds)
    lapsed = and_(PhotoRow.status == "processing", PhotoRow.claimed_until <= now)
    query = select(PhotoRow).where(or_(PhotoRow.status == "queued", lapsed)).order_by(PhotoRow.id).limit(limit)
    async with office.database.reading() as session:
        if (await session.scalars(query)).first() is None:
            return ClaimedPhotos(items=[], claimed_until=until)  # an idle engine asks often: no need to write
    taken = []
    async with office.database.transaction() as session:
        for row in await session.scalars(query.with_for_update(skip_locked=True)):
            if row.claims >= office.settings.claim_tries:
                detail = f"The engine took it {row.claims} times and never finished."
                await _settle(session, SYSTEM, row, "failed", detail)
                continue
            row.status = "processing"
            row.claimed_until = until
            row.claims += 1
            taken.append(row)
            _tell(session, row)
        items = await _with_cases(session, taken)
    return ClaimedPhotos(items=items, claimed_until=until)


async def report_result(office: Office, asker: Principal, photo_id: UUID, body: PhotoResult) -> Photo:
    """Note what came of a photo; saying it again changes nothing."""
    async with office.database.transaction() as session:
        row = await session.get(PhotoRow, photo_id, with_for_update=True)
        if row is None:
            raise not_found("photo")
        if row.status in ("queued", "processing"):
            row.model = body.model
            await _settle(session, Actor.of(asker), row, body.status, body.detail)
        elif row.status != body.status:
            raise ProblemError(409, f"The photo is {row.status} already.", kind="settled")
        return await shown_with_cases(session, row)


async def _settle(session: AsyncSession, actor: Actor, row: PhotoRow, status: PhotoState, detail: str) -> None:
    before, row.status = row.status, status
    row.detail = detail
    row.claimed_until = None
    await record(
        session, actor, "result", "photo", str(row.id), from_status=before, to_status=status, note=detail,
        details={"model": row.model},
    )  # fmt: skip
    _tell(session, row)


def _tell(session: AsyncSession, row: PhotoRow) -> None:
    publish(session, "photo.updated", {"id": str(row.id), "status": row.status}, OFFICE, row.user_id)


async def _load_for(session: AsyncSession, asker: Principal, photo_id: UUID) -> PhotoRow:
    row = await session.get(PhotoRow, photo_id)
    # Somebody else's photo is not said to exist.
    if row is None or not (asker.has(*OVERSEERS, Scope.ENGINE) or row.owner_id == asker.id):
        raise not_found("photo")
    return row


async def _with_cases(session: AsyncSession, rows: list[PhotoRow]) -> list[Photo]:
    cases: dict[UUID, list[UUID]] = {row.id: [] for row in rows}
    query = select(CaseRow.photo_id, CaseRow.id).where(CaseRow.photo_id.in_(cases)).order_by(CaseRow.id)
    for photo_id, case_id in await session.execute(query):
        if photo_id is not None:
            cases[photo_id].append(case_id)
    return [shown(row, cases[row.id]) for row in rows]


async def shown_with_cases(session: AsyncSession, row: PhotoRow) -> Photo:
    """A photo as the API says it, with the cases that came of it."""
    return (await _with_cases(session, [row]))[0]


def shown(row: PhotoRow, case_ids: list[UUID]) -> Photo:
    """A photo as the API says it."""
    return Photo.model_validate({**{name: getattr(row, name) for name in _COPIED}, "case_ids": case_ids})


_COPIED = tuple(name for name in Photo.model_fields if name != "case_ids")
