"""Making cases of violations: those of all requests that wait at the same time, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import EvidenceFile, Violation
from service import clock
from service.cameras.models import CameraRow
from service.cases.models import CaseRow
from service.cases.opening import Finding, Place, Proof, open_cases
from service.errors import ProblemError, invalid
from service.evidence.models import EvidenceRow
from service.evidence.store import key_of
from service.office import Office
from service.photos.models import PhotoRow
from service.security import Scope
from service.uploads import ReceivedFile
from service.violations.arrivals import Arrival, Outcome
from service.violations.joining import Joining
from service.violations.models import ViolationRow
from service.violations.same_problem import join_problem
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
        findings: list[Finding] = []
        violations: list[dict[str, object]] = []
        evidence: list[dict[str, object]] = []
        seen_by = await _seen_by(session, [one for one in arrivals if one.violation.id not in known])
        for one in arrivals:
            if one.violation.id not in known:
                try:
                    place = seen_by.place(one)
                except ProblemError as error:
                    found[one.violation.id] = error
                    continue
                document = one.violation.model_dump(mode="json")
                proofs = [Proof(file.id, entry.role, file.sha256) for entry, file in one.evidence]
                findings.append(Finding(one.violation, document, place, proofs))
                violations.append(violation_values(one.violation, document, one.asker.name))
                evidence += [_evidence_values(one.violation.id, n, *pair) for n, pair in enumerate(one.evidence)]
        for table, rows in ((ViolationRow, violations), (EvidenceRow, evidence)):
            if rows:
                await session.execute(insert(table), rows)
        with session.no_autoflush:  # all cases go to the database at once, at the end
            cases = await open_cases(session, office, findings)
            joining = Joining(session, seen_by.cameras)
            for finding, case in zip(findings, cases, strict=True):
                await joining.join(finding.violation, case)
                await join_problem(session, finding.place.photo, case)
                violation_id = finding.violation.id
                delivered = Delivered(violation_id=violation_id, case_id=case.id, case_number=case.number)
                found[violation_id] = Outcome(delivered, is_new=True)
    return [found[one.violation.id] for one in arrivals]


async def _known(session: AsyncSession, arrivals: Sequence[Arrival]) -> dict[UUID, Delivered]:
    ids = [one.violation.id for one in arrivals]
    query = select(CaseRow.violation_id, CaseRow.id, CaseRow.number).where(CaseRow.violation_id.in_(ids))
    return {
        row.violation_id: Delivered(violation_id=row.violation_id, case_id=row.id, case_number=row.number)
        for row in await session.execute(query)
    }


def violation_values(violation: Violation, document: dict[str, JsonValue], delivered_by: str) -> dict[str, object]:
    """A violation as it is kept, by column; ``document`` is all of it."""
    return {
        "id": violation.id,
        "kind": violation.kind,
        "document": document,
        "delivered_by": delivered_by,
        "delivered_at": clock.now(),
    }


def _evidence_values(violation_id: UUID, position: int, entry: EvidenceFile, file: ReceivedFile) -> dict[str, object]:
    return {
        "id": file.id,
        "violation_id": violation_id,
        "position": position,
        "file": entry.file,
        "role": entry.role,
        "note": entry.note,
        "media_type": entry.media_type,
        "sha256": file.sha256,
        "size": file.size,
        "taken_at": entry.taken_at,
        "key": key_of("evidence", file.id),
    }


@dataclass(frozen=True, slots=True)
class _SeenBy:
    """The cameras and photos that some violations name, as far as they are there."""

    cameras: Mapping[str, CameraRow]
    photos: Mapping[UUID, PhotoRow]

    def place(self, arrival: Arrival) -> Place:
        """Where it happened: as the violation says, else where the camera stands, else where the photo was taken."""
        violation, asker = arrival.violation, arrival.asker
        camera = self.cameras.get(violation.camera) if violation.camera is not None else None
        photo = self.photos.get(violation.photo) if violation.photo is not None else None
        if violation.camera is not None and camera is None:
            raise invalid("violation.camera", f"there is no camera {violation.camera!r}")
        # A program that uploads photos itself may speak of its own only; the engine looks at all of them.
        may_name = photo is not None and (asker.has(Scope.ENGINE) or photo.owner_id == asker.id)
        if violation.photo is not None and not may_name:
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


async def _seen_by(session: AsyncSession, arrivals: Sequence[Arrival]) -> _SeenBy:
    cameras = {one.violation.camera for one in arrivals if one.violation.camera is not None}
    photos = {one.violation.photo for one in arrivals if one.violation.photo is not None}
    return _SeenBy(
        {row.id: row for row in await session.scalars(select(CameraRow).where(CameraRow.id.in_(cameras)))}
        if cameras
        else {},
        {row.id: row for row in await session.scalars(select(PhotoRow).where(PhotoRow.id.in_(photos)))}
        if photos
        else {},
    )
