"""Making cases of violations: those of all requests that wait at the same time, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import EvidenceFile, Violation
from service import clock
from service.cameras.models import CameraRow
from service.cases.models import CaseRow
from service.cases.opening import Place, open_case
from service.errors import ProblemError, invalid
from service.evidence.models import EvidenceRow
from service.evidence.store import key_of
from service.office import Office
from service.photos.models import PhotoRow
from service.security import Scope
from service.uploads import ReceivedFile
from service.violations.arrivals import Arrival, Outcome
from service.violations.joining import join
from service.violations.models import ViolationRow
from service.violations.schemas import Delivered


async def make_cases(office: Office, arrivals: Sequence[Arrival]) -> list[Outcome | Exception]:
    """Make a case of each arrival, all in one transaction; one that was delivered before keeps its case.

    Answers what came of each, in their order: a ProblemError (422) where the place that a violation names does not
    exist.

    Raises:
        SQLAlchemyError: where the database fails; whether anything was stored may then be unknown.
    """
    async with office.database.transaction() as session:
        known = await _known(session, arrivals)
        found: dict[UUID, Outcome | Exception] = {
            violation_id: Outcome(delivered, is_new=False) for violation_id, delivered in known.items()
        }
        places: dict[UUID, Place] = {}
        for one in arrivals:
            if one.violation.id not in known:
                try:
                    places[one.violation.id] = await _place(session, one)
                except ProblemError as error:
                    found[one.violation.id] = error
        new = [one for one in arrivals if one.violation.id in places]
        session.add_all([violation_row(one.violation, one.asker.name) for one in new])
        await session.flush()
        with session.no_autoflush:  # all rows of a table go to the database at once, at the end
            for one in new:
                rows = [_evidence_row(one.violation, position, *pair) for position, pair in enumerate(one.evidence)]
                session.add_all(rows)
                case = await open_case(session, office, one.violation, places[one.violation.id], rows)
                await join(session, one.violation, case)
                delivered = Delivered(violation_id=one.violation.id, case_id=case.id, case_number=case.number)
                found[one.violation.id] = Outcome(delivered, is_new=True)
    return [found[one.violation.id] for one in arrivals]


async def _known(session: AsyncSession, arrivals: Sequence[Arrival]) -> dict[UUID, Delivered]:
    ids = [one.violation.id for one in arrivals]
    query = select(CaseRow.violation_id, CaseRow.id, CaseRow.number).where(CaseRow.violation_id.in_(ids))
    return {
        row.violation_id: Delivered(violation_id=row.violation_id, case_id=row.id, case_number=row.number)
        for row in await session.execute(query)
    }


def violation_row(violation: Violation, delivered_by: str) -> ViolationRow:
    """A violation as it is kept."""
    return ViolationRow(
        id=violation.id,
        kind=violation.kind,
        document=violation.model_dump(mode="json"),
        delivered_by=delivered_by,
        delivered_at=clock.now(),
    )


def _evidence_row(violation: Violation, position: int, entry: EvidenceFile, file: ReceivedFile) -> EvidenceRow:
    return EvidenceRow(
        id=file.id,
        violation_id=violation.id,
        position=position,
        file=entry.file,
        role=entry.role,
        note=entry.note,
        media_type=entry.media_type,
        sha256=file.sha256,
        size=file.size,
        taken_at=entry.taken_at,
        key=key_of("evidence", file.id),
    )


async def _place(session: AsyncSession, arrival: Arrival) -> Place:
    """Where it happened: as the violation says, else where the camera stands, else where the photo was taken."""
    violation, asker = arrival.violation, arrival.asker
    camera = photo = None
    if violation.camera is not None:
        camera = await session.get(CameraRow, violation.camera)
        if camera is None:
            raise invalid("violation.camera", f"there is no camera {violation.camera!r}")
    if violation.photo is not None:
        photo = await session.get(PhotoRow, violation.photo)
        # A program that uploads photos itself may speak of its own only; the engine looks at all of them.
        if photo is None or not (asker.has(Scope.ENGINE) or photo.owner_id == asker.id):
            raise invalid("violation.photo", f"there is no photo {violation.photo}")
    if camera is None and photo is None:
        raise invalid("violation.camera", "name the camera or the photo that shows it")
    for longitude, latitude in (
        (violation.longitude, violation.latitude),
        (camera.longitude, camera.latitude) if camera is not None else (None, None),
        (photo.longitude, photo.latitude) if photo is not None else (None, None),
    ):
        if longitude is not None and latitude is not None:
            return Place(longitude, latitude, camera, photo)
    return Place(None, None, camera, photo)
