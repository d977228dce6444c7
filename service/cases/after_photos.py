"""Photos that show how a place looks after a unit has put it right."""

import asyncio
from uuid import UUID

from fastapi import Request
from sqlalchemy import func, select

from service.audit.workflow import Actor, record
from service.cases.decisions import AFTER_PHOTO
from service.cases.events import tell
from service.cases.schemas import Case
from service.cases.transitions import WITH_UNIT, CaseStatus
from service.cases.workflow import detail, load_case
from service.errors import ProblemError, invalid
from service.evidence.models import EvidenceRow
from service.evidence.recovery import stored
from service.evidence.room import ensure_room, room_or_507
from service.evidence.store import key_of
from service.office import Office
from service.photos.picture import PictureFacts, inspect
from service.security import Principal
from service.uploads import ReceivedFile, received_form

FORM_OVERHEAD = 64 * 1024
MOST = 20
"""Photos of one case; nobody looks at more."""


async def add_after_photo(office: Office, asker: Principal, case_id: UUID, request: Request) -> Case:
    """Add the photo of a request to a case that the asker's unit works on. The same photo again changes nothing.

    Raises:
        ProblemError: 404 where the asker sees no such case, 409 where no unit works on it or it has too many photos,
            413 too large, 415 not a photo, 422 broken, 507 no room.
    """
    settings = office.settings
    async with office.database.reading() as session:
        await load_case(session, asker, case_id, lock=False)
    await ensure_room(office)
    async with (
        room_or_507(office),
        received_form(request, settings.incoming, settings.photo_limit + FORM_OVERHEAD, 1) as form,
    ):
        if len(form.files) != 1 or form.files[0].field != "file":
            raise invalid("file", "send exactly one photo in the part 'file'")
        file = form.files[0]
        async with office.decoding:
            facts = await asyncio.to_thread(inspect, file.path, settings.photo_pixels, settings.zone)
        async with stored(office, "evidence", [file]) as storing:
            case, storing.kept = await _keep(office, asker, case_id, file, facts)
        return case


async def _keep(
    office: Office, asker: Principal, case_id: UUID, file: ReceivedFile, facts: PictureFacts
) -> tuple[Case, bool]:
    """Make a stored photo part of the case; answers whether it is kept, or was there before."""
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id)
        if CaseStatus(case.status) not in WITH_UNIT:
            raise ProblemError(409, f"A case that is {case.status} takes no photo.", kind="step-not-allowed")
        query = select(EvidenceRow).where(EvidenceRow.violation_id == case.violation_id, EvidenceRow.role == "after")
        rows = list(await session.scalars(query))
        if any(row.sha256 == file.sha256 for row in rows):
            return await detail(session, office, asker, case), False
        if len(rows) >= MOST:
            raise ProblemError(409, f"The case has {MOST} photos already.", kind="too-many")
        last = await session.scalar(
            select(func.max(EvidenceRow.position)).where(EvidenceRow.violation_id == case.violation_id)
        )
        row = EvidenceRow(
            id=file.id,
            violation_id=case.violation_id,
            position=0 if last is None else last + 1,
            file=f"after-{len(rows) + 1}.{facts.media_type.removeprefix('image/')}",
            role="after",
            note="",
            media_type=facts.media_type,
            sha256=file.sha256,
            size=file.size,
            taken_at=facts.taken_at,
            key=key_of("evidence", file.id),
        )
        session.add(row)
        await session.flush()
        details = {"evidence": [{"id": str(row.id), "role": row.role, "sha256": row.sha256}]}
        await record(session, Actor.of(asker), AFTER_PHOTO, "case", str(case.id), details=details)
        tell(session, "case.updated", case)
        return await detail(session, office, asker, case), True
