"""Bringing reports and cases together, beside requests: every report with a photo gets a case that answers it.

Usually the engine finds what was reported in the photo, and the case of that kind answers. Where it does not, a machine
does not have the last word: the report becomes a case on the reporter's word, with the photo, for people to look at.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
import uuid_utils.compat
from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import EvidenceFile
from service.audit.workflow import SYSTEM, record
from service.cases.models import CaseRow
from service.evidence.recovery import stored
from service.office import Office
from service.open311.filing import word
from service.open311.models import ReporterRow, ServiceRequestRow
from service.photos.models import PhotoRow
from service.security import Principal
from service.uploads import ReceivedFile
from service.violations.arrivals import Arrival
from service.violations.intake import make_cases

log = structlog.get_logger(__name__)

WAIT = timedelta(hours=1)
"""So long after a photo came its cases may still be on their way in the engine's outbox."""
BATCH = 50


async def settle_requests(office: Office, now: datetime) -> int:
    """Give answered reports their case, open cases for those that no machine answers, delete whom nobody asks back.

    It may run at any time, twice, or on several replicas at once.

    Returns:
        How many reports got a case.
    """
    linked = await _link(office)
    for row, photo in await _unanswered(office, now):
        await _open_on_word(office, row, photo)
    linked += await _link(office)
    await _forget_reporters(office, now)
    return linked


async def _link(office: Office) -> int:
    same = and_(CaseRow.photo_id == ServiceRequestRow.photo_id, CaseRow.kind == ServiceRequestRow.service_code)
    query = select(ServiceRequestRow.id, CaseRow.id).join(CaseRow, same).where(ServiceRequestRow.case_id.is_(None))
    async with office.database.reading() as session:
        found = (await session.execute(query.order_by(CaseRow.id).limit(BATCH))).all()
    if not found:
        return 0  # most looks find nothing: no need to write
    async with office.database.transaction() as session:
        for request_id, case_id in found:
            row = await session.get_one(ServiceRequestRow, request_id, with_for_update=True)
            row.case_id = row.case_id or case_id
    return len(found)


async def _unanswered(office: Office, now: datetime) -> Sequence[tuple[ServiceRequestRow, PhotoRow]]:
    query = (
        select(ServiceRequestRow, PhotoRow)
        .join(PhotoRow, PhotoRow.id == ServiceRequestRow.photo_id)
        .where(
            ServiceRequestRow.case_id.is_(None),
            PhotoRow.status.in_(("done", "failed")),
            PhotoRow.created_at < now - WAIT,
        )
        .order_by(ServiceRequestRow.id)
        .limit(BATCH)
    )
    async with office.database.reading() as session:
        return [(row, photo) for row, photo in await session.execute(query)]


async def _open_on_word(office: Office, row: ServiceRequestRow, photo: PhotoRow) -> None:
    app = Principal(id=row.owner_id, name=photo.uploaded_by, grants=frozenset())
    try:
        content, _ = await office.files.read(photo.key)
    except FileNotFoundError:
        log.exception("the photo of a report is missing", photo=str(photo.id))
        await _deliver(office, Arrival(app, word(row, photo.taken_at or photo.created_at), []))
        return
    file_id = uuid_utils.compat.uuid7()
    path: Path = office.settings.incoming / str(file_id)
    await asyncio.to_thread(path.write_bytes, content)
    digest = hashlib.sha256(content).hexdigest()
    file = ReceivedFile(file_id, "files", "original", photo.media_type, path, len(content), digest)
    entry = EvidenceFile.model_validate(
        {"file": file.filename, "sha256": digest, "role": "original", "media_type": photo.media_type}
    )
    arrival = Arrival(app, word(row, photo.taken_at or photo.created_at, (entry,)), [(entry, file)])
    try:
        async with stored(office, "evidence", [file]) as storing:
            storing.kept = await _deliver(office, arrival)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _deliver(office: Office, arrival: Arrival) -> bool:
    (outcome,) = await make_cases(office, [arrival])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome.is_new


async def _forget_reporters(office: Office, now: datetime) -> None:
    due = select(ReporterRow.request_id).where(ReporterRow.delete_at <= now).limit(1)
    async with office.database.reading() as session:
        if await session.scalar(due) is None:
            return
    async with office.database.transaction() as session:
        await _delete_reporters(session, now)


async def _delete_reporters(session: AsyncSession, now: datetime) -> None:
    gone = await session.scalars(
        delete(ReporterRow).where(ReporterRow.delete_at <= now).returning(ReporterRow.request_id)
    )
    details = {"requests": sorted(str(request_id) for request_id in gone)}
    await record(session, SYSTEM, "delete", "reporters", "due", details=details)
