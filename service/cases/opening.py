"""Opening a case for a violation, in the transaction that stores the violation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation
from service import clock
from service.areas.finding import areas_at_each
from service.audit.chain import digest
from service.audit.workflow import SYSTEM, record
from service.cameras.models import CameraRow
from service.cases.events import tell
from service.cases.models import CaseNumberRow, CaseRow
from service.cases.numbers import number_of
from service.cases.places import cell_of
from service.cases.relapse import Occurrence, Settled, find_relapses
from service.cases.transitions import CaseStatus
from service.cases.words import Grade
from service.database import counted_up
from service.office import Office
from service.photos.models import PhotoRow

_THUMBNAIL_ROLES = ("closeup", "context", "original")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a violation happened (WGS 84, degrees), and the camera or the photo that shows it."""

    longitude: float | None
    latitude: float | None
    camera: CameraRow | None
    photo: PhotoRow | None


@dataclass(frozen=True, slots=True)
class Proof:
    """An evidence file of a case that is to be opened."""

    id: UUID
    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation that a case is to be opened for, with its place and its evidence; ``document`` is all of it."""

    violation: Violation
    document: dict[str, JsonValue]
    place: Place
    evidence: Sequence[Proof] = ()


async def open_case(session: AsyncSession, office: Office, finding: Finding) -> CaseRow:
    """A pending case with the next number of today, in the smallest area that holds its place."""
    return (await open_cases(session, office, [finding]))[0]


async def open_cases(session: AsyncSession, office: Office, findings: Sequence[Finding]) -> list[CaseRow]:
    """A case for each finding, as `open_case` opens one; the database is asked once for all of them."""
    points = [(one.place.longitude, one.place.latitude) for one in findings]
    areas = await areas_at_each(session, office.areas, points)
    relapses = await find_relapses(
        session, [Occurrence(one.violation, *point) for one, point in zip(findings, points, strict=True)]
    )
    now = clock.now()
    numbers = await _next_numbers(session, f"{now.astimezone(office.settings.zone):%Y%m%d}", len(findings))
    return [
        await _open(session, one, number, now, held_by[0] if held_by else None, relapse_of)
        for one, number, held_by, relapse_of in zip(findings, numbers, areas, relapses, strict=True)
    ]


async def _open(
    session: AsyncSession,
    finding: Finding,
    number: str,
    now: datetime,
    area_id: UUID | None,
    relapse_of: Settled | None,
) -> CaseRow:
    violation, place, evidence = finding.violation, finding.place, finding.evidence
    pictures = [row for role in _THUMBNAIL_ROLES for row in evidence if row.role == role]
    case = CaseRow(
        id=uuid_utils.compat.uuid7(),
        number=number,
        version=1,
        status=CaseStatus.PENDING,
        kind=violation.kind,
        violation_id=violation.id,
        camera_id=place.camera.id if place.camera else None,
        camera_name=(place.camera.name or place.camera.id) if place.camera else None,
        zone=violation.zone,
        photo_id=place.photo.id if place.photo else None,
        reporter_id=place.photo.user_id if place.photo else None,
        confidence=violation.confidence,
        suspected=violation.suspected,
        count=violation.count,
        occurred_at=violation.started_at,
        created_at=now,
        longitude=place.longitude,
        latitude=place.latitude,
        thumbnail_id=pictures[0].id if pictures else None,
        boxes=None,
        cell=cell_of(place.longitude, place.latitude),
        area_id=area_id,
        relapse_of_id=relapse_of.id if relapse_of is not None else None,
        grade=Grade.ORDINARY,
        overdue=False,
        returns=0,
        reworks=0,
    )
    session.add(case)
    details: dict[str, object] = {
        "violation": str(violation.id),
        "violation_sha256": digest(finding.document),
        "evidence": [{"id": str(row.id), "role": row.role, "sha256": row.sha256} for row in evidence],
    }
    if relapse_of is not None:
        details |= {"relapse_of": str(relapse_of.id), "case_number": relapse_of.number}
    await record(session, SYSTEM, "create", "case", str(case.id), to_status=case.status, details=details)
    tell(session, "case.created", case)
    return case


async def _next_numbers(session: AsyncSession, day: str, many: int) -> list[str]:
    """The next numbers of a day; nobody else gets one of that day until the transaction ends."""
    if not many:
        return []
    last = await counted_up(session, CaseNumberRow, day, "last", many)
    return [number_of(day, count) for count in range(last - many + 1, last + 1)]
