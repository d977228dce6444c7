"""Following reports: what became of them, for anybody; what the reporter wrote, for the app that filed them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from detector.violations import ViolationKind
from service import clock
from service.cases.models import CaseRow
from service.cases.transitions import SETTLED, CaseStatus, leading_from
from service.cases.words import STATES
from service.errors import invalid, not_found
from service.evidence.looks import note_look
from service.office import Office
from service.open311.models import ReporterRow, ServiceRequestRow
from service.open311.schemas import (
    REQUESTS_AT_ONCE,
    Report,
    ReporterFields,
    RequestFilter,
    ServiceRequest,
    TokenAnswer,
)
from service.open311.services import kind_of, service_name
from service.security import Principal
from service.units.models import UnitRow

SPAN = timedelta(days=90)
"""As long a time one answer covers at most; the specification's limit."""

CLOSED = frozenset(status for status in CaseStatus if all(step.end in SETTLED for step in leading_from(status)))
"""Where no step of the table leads back to work: settled, archived, dismissed. A merged case is where the other is."""

_target = aliased(CaseRow, name="target")
_status = func.coalesce(_target.status, CaseRow.status)


@dataclass(frozen=True, slots=True)
class _Followed:
    """A request, and the case that answers it, after merging; none while nobody has looked."""

    row: ServiceRequestRow
    case: CaseRow | None


def _followed() -> Select[ServiceRequestRow, CaseRow, CaseRow]:
    return (
        select(ServiceRequestRow, CaseRow, _target)
        .outerjoin(CaseRow, CaseRow.id == ServiceRequestRow.case_id)
        .outerjoin(_target, _target.id == CaseRow.merged_into_id)
        .order_by(ServiceRequestRow.created_at.desc(), ServiceRequestRow.id.desc())
        .limit(REQUESTS_AT_ONCE)
    )


async def list_requests(
    session: AsyncSession, asker: Principal | None, wanted: RequestFilter, *, english: bool
) -> list[ServiceRequest]:
    """Requests that pass the filter, newest first, of 90 days and 1000 at most.

    Raises:
        ProblemError: 404 for an unknown service, 422 for a longer time.
    """
    query = _followed()
    if wanted.service_request_id:
        ids = [found for found in map(_as_uuid, wanted.service_request_id) if found is not None]
        query = query.where(ServiceRequestRow.id.in_(ids))
    else:
        start, end = _span(wanted.start_date, wanted.end_date)
        query = query.where(ServiceRequestRow.created_at >= start, ServiceRequestRow.created_at <= end)
        if wanted.service_code:
            query = query.where(ServiceRequestRow.service_code.in_([kind_of(code) for code in wanted.service_code]))
        if set(wanted.status) == {"open"}:
            query = query.where(or_(CaseRow.id.is_(None), _status.not_in(CLOSED)))
        elif set(wanted.status) == {"closed"}:
            query = query.where(_status.in_(CLOSED))
    found = [_Followed(row, _first(target, case)) for row, case, target in await session.execute(query)]
    return await _shown(session, asker, found, english=english)


async def get_request(
    session: AsyncSession, asker: Principal | None, request_id: str, *, english: bool
) -> list[ServiceRequest]:
    """One request, in a list as the specification wants it.

    Raises:
        ProblemError: 404 where there is none.
    """
    found = await list_requests(session, asker, RequestFilter(service_request_id=[request_id]), english=english)
    if not found:
        raise not_found("service request")
    return found


async def get_token(session: AsyncSession, token: str) -> list[TokenAnswer]:
    """The request of a token. Requests have their identifier at once, so that each is its own token.

    Raises:
        ProblemError: 404 where there is none.
    """
    found = _as_uuid(token)
    if found is None or await session.get(ServiceRequestRow, found) is None:
        raise not_found("token")
    return [TokenAnswer(service_request_id=found, token=found)]


async def get_report(office: Office, asker: Principal, request_id: UUID) -> Report:
    """What somebody reported, with who reported; that look is taken down in the audit.

    Raises:
        ProblemError: 404 where there is none.
    """
    async with office.database.reading() as session:
        row = await session.get(ServiceRequestRow, request_id)
        reporter = await session.get(ReporterRow, request_id)
    if row is None:
        raise not_found("service request")
    if reporter is not None:
        await note_look(office, asker, row.id, {"reporter_of": str(row.id)})
    return Report(
        **{name: getattr(row, name) for name in Report.model_fields if name != "reporter"},
        reporter=ReporterFields.model_validate(reporter) if reporter is not None else None,
    )


def _first(*cases: CaseRow | None) -> CaseRow | None:
    return next((case for case in cases if case is not None), None)


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _span(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    try:
        if start is None:
            end = end or clock.now()
            start = end - SPAN
        end = end or start + SPAN
        start, end = clock.in_utc(start), clock.in_utc(end)
    except OverflowError as error:
        raise invalid("start_date", "lies outside all calendars") from error
    if end - start > SPAN:
        raise invalid("end_date", f"is more than {SPAN.days} days after start_date: ask for a shorter time")
    return start, end


async def _shown(
    session: AsyncSession, asker: Principal | None, found: Sequence[_Followed], *, english: bool
) -> list[ServiceRequest]:
    ids = {one.case.unit_id for one in found if one.case is not None and one.case.unit_id is not None}
    units = {row.id: row.name for row in await session.scalars(select(UnitRow).where(UnitRow.id.in_(ids)))}
    return [_request(asker, one, units, english=english) for one in found]


def _request(asker: Principal | None, one: _Followed, units: dict[UUID, str], *, english: bool) -> ServiceRequest:
    row, case = one.row, one.case
    status = CaseStatus(case.status) if case is not None else CaseStatus.PENDING
    state = STATES[status]
    own = asker is not None and asker.id == row.owner_id
    return ServiceRequest(
        service_request_id=row.id,
        status="closed" if status in CLOSED else "open",
        status_notes=state.english if english else state.chinese,
        service_name=service_name(ViolationKind(row.service_code), english=english),
        service_code=row.service_code,
        description=row.description or None if own else None,
        agency_responsible=units.get(case.unit_id) if case is not None and case.unit_id is not None else None,
        requested_datetime=row.created_at,
        updated_datetime=_updated(row, case, status),
        expected_datetime=case.due_at if case is not None else None,
        address=row.address or None if own else None,
        address_id=row.address_id or None if own else None,
        lat=row.latitude if case is None or row.latitude is not None else case.latitude,
        long=row.longitude if case is None or row.longitude is not None else case.longitude,
        media_url=row.media_url or None if own else None,
    )


def _updated(row: ServiceRequestRow, case: CaseRow | None, status: CaseStatus) -> datetime:
    """When it last moved; of a closed one when it was closed, or dismissed."""
    if case is None:
        return row.created_at
    if status in SETTLED and case.closed_at is not None:
        return case.closed_at
    steps = (case.last_at, case.dispatched_at, case.accepted_at, case.escalated_at, case.rectified_at)
    return max(moment for moment in (row.created_at, case.created_at, *steps) if moment is not None)
