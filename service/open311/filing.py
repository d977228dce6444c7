"""Filing a report: with a photo it goes the way of an inspector's photo, without one it is a case on a word."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

import uuid_utils.compat
from fastapi import Request
from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from detector.violations import EvidenceFile, Violation, ViolationKind
from service import clock
from service.cases.opening import Finding, Place, open_case
from service.database import Base
from service.errors import ProblemError, invalid, invalid_fields
from service.evidence.room import ensure_room, room_or_507
from service.null_characters import MESSAGE
from service.office import Office
from service.open311.keys import the_app
from service.open311.models import ReporterRow, ServiceRequestRow
from service.open311.schemas import Filed, Filing, ReporterFields
from service.open311.services import kind_of
from service.photos.intake import FORM_OVERHEAD, PhotoFields, take_photo, the_photo
from service.security import Principal
from service.uploads import FIELDS, received_form
from service.violations.intake import violation_values
from service.violations.models import ViolationRow

ROUTE = "file_service_request"
URLENCODED = "application/x-www-form-urlencoded"
NOTE = 500
"""Characters of the description that go with the photo and the violation; all of it stays with the report."""


async def file_request(office: Office, known: Principal | None, request: Request, idempotency_key: str | None) -> Filed:
    """Take in the report of a request.

    Raises:
        ProblemError: 403 without a key that may file, 404 for an unknown service or jurisdiction, 413 too large, 415
            neither of the two forms or not a photo, 422 a field at fault, 507 no room.
    """
    settings = office.settings
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == URLENCODED:
        fields = _decoded(await request.body())
        asker = await the_app(office, ROUTE, known, fields)
        return await _on_word(office, asker, _read(office, fields), idempotency_key)
    if media_type != "multipart/form-data":
        await the_app(office, ROUTE, known, {})  # no form, so that no key can be in it: whose it is goes first
    await ensure_room(office)

    async def ensure_key(sent: Mapping[str, str]) -> None:
        await the_app(office, ROUTE, known, sent)

    limit = settings.photo_limit + FORM_OVERHEAD
    async with (
        room_or_507(office),
        received_form(request, settings.incoming, limit, 1, before_files=ensure_key) as form,
    ):
        asker = await the_app(office, ROUTE, known, form.fields)
        filing = _read(office, form.fields)
        if not form.files:
            return await _on_word(office, asker, filing, idempotency_key)
        file = the_photo(form, "media", settings.photo_limit)
        said = PhotoFields(longitude=filing.long, latitude=filing.lat, note=filing.description[:NOTE])
        rows = _rows(office, asker, filing, file.id, idempotency_key)
        rows[0].photo_id = file.id
        photo = await take_photo(office, asker, file, said, idempotency_key, rows)
        return Filed(service_request_id=photo.id, service_notice=None)


def _decoded(body: bytes) -> dict[str, str]:
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS))
    except UnicodeDecodeError as error:
        raise invalid("form", "is not UTF-8") from error
    except ValueError as error:
        raise ProblemError(413, f"The form has more than {FIELDS} fields.", kind="too-large") from error
    for name, value in fields.items():
        if "\0" in value:
            raise invalid(name, MESSAGE)
    return fields


def _read(office: Office, fields: Mapping[str, str]) -> Filing:
    ensure_jurisdiction(office, fields.get("jurisdiction_id"))
    if not fields.get("service_code"):
        raise invalid("service_code", "is missing: send one of those that services answers")
    try:
        filing = Filing.model_validate(fields)
    except ValidationError as error:
        raise invalid_fields(error) from error
    kind_of(filing.service_code)
    if (filing.lat is None) != (filing.long is None):
        raise invalid("lat" if filing.lat is None else "long", "send both lat and long, or neither")
    if filing.lat is None and not filing.address_string and not filing.address_id:
        raise invalid("lat", "say where: send lat and long, address_string or address_id")
    return filing


def ensure_jurisdiction(office: Office, jurisdiction_id: str | None) -> None:
    """That an app means this office; one that names no jurisdiction does.

    Raises:
        ProblemError: 404 for another jurisdiction.
    """
    own = office.settings.open311_jurisdiction
    if own is not None and jurisdiction_id and jurisdiction_id != own:
        raise ProblemError(404, f"jurisdiction_id: {jurisdiction_id!r} is not served here, {own} is.", kind="not-found")


def _rows(
    office: Office, asker: Principal, filing: Filing, request_id: UUID, idempotency_key: str | None
) -> tuple[ServiceRequestRow, *tuple[Base, ...]]:
    """The report as rows: itself, and who reported where the app says so."""
    now = clock.now()
    row = ServiceRequestRow(
        id=request_id,
        service_code=filing.service_code,
        photo_id=None,
        case_id=None,
        description=filing.description,
        address=filing.address_string,
        address_id=filing.address_id,
        media_url=filing.media_url,
        longitude=filing.long,
        latitude=filing.lat,
        owner_id=asker.id,
        idempotency_key=idempotency_key,
        created_at=now,
    )
    said = {name: getattr(filing, name) for name in ReporterFields.model_fields}
    if not any(said.values()):
        return (row,)
    return row, ReporterRow(
        request_id=request_id, delete_at=now + timedelta(days=office.settings.reporter_days), **said
    )


async def _on_word(office: Office, asker: Principal, filing: Filing, idempotency_key: str | None) -> Filed:
    """A report without a photo: a pending case at once, for people to look at."""
    before = await _filed_before(office, asker, idempotency_key)
    if before is not None:
        return before
    rows = _rows(office, asker, filing, uuid_utils.compat.uuid7(), idempotency_key)
    violation = word(rows[0], rows[0].created_at)
    try:
        async with office.database.transaction() as session:
            document = violation.model_dump(mode="json")
            values = violation_values(violation, document, asker.name)
            await session.execute(insert(ViolationRow).values(values))
            place = Place(filing.long, filing.lat, None, None)
            case = await open_case(session, office, Finding(violation, document, place))
            rows[0].case_id = case.id
            await session.flush()
            for row in rows:  # each refers to the one before
                session.add(row)
                await session.flush()
    except IntegrityError:
        # The same report arrived twice at the same time, and the other one was first.
        before = await _filed_before(office, asker, idempotency_key)
        if before is None:
            raise
        return before
    return Filed(service_request_id=rows[0].id, service_notice=None)


async def _filed_before(office: Office, asker: Principal, idempotency_key: str | None) -> Filed | None:
    if idempotency_key is None:
        return None
    query = select(ServiceRequestRow.id).where(
        ServiceRequestRow.owner_id == asker.id, ServiceRequestRow.idempotency_key == idempotency_key
    )
    async with office.database.reading() as session:
        found = await session.scalar(query)
    return None if found is None else Filed(service_request_id=found, service_notice=None)


def word(row: ServiceRequestRow, at: datetime, evidence: tuple[EvidenceFile, ...] = ()) -> Violation:
    """What a report says as a violation. Nothing was measured: it is suspected, and no model is sure of it."""
    return Violation(
        id=row.id,
        kind=ViolationKind(row.service_code),
        photo=row.photo_id,
        started_at=at,
        ended_at=at,
        confidence=0,
        box=(0, 0, 1, 1),
        width=1,
        height=1,
        suspected=True,
        note=row.description[:NOTE],
        longitude=row.longitude,
        latitude=row.latitude,
        evidence=evidence,
    )
