"""Taking in a photo: checked, stored untouched, queued for the engine."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service import clock
from service.audit.workflow import Actor, record
from service.cameras.schemas import Latitude, Longitude
from service.clock import SeenTime
from service.database import Base
from service.errors import ProblemError, invalid, invalid_fields
from service.events.workflow import OFFICE, publish
from service.evidence.recovery import stored
from service.evidence.room import ensure_room, room_or_507
from service.evidence.store import key_of
from service.office import Office
from service.photos.models import PhotoRow
from service.photos.picture import PictureFacts, inspect
from service.photos.schemas import Photo
from service.photos.workflow import shown, shown_with_cases
from service.security import Principal
from service.uploads import Form, ReceivedFile, received_form

FORM_OVERHEAD = 64 * 1024


def blank_as_none(value: object) -> object:
    """A field left empty as one not given."""
    return None if value == "" else value


class PhotoFields(BaseModel):
    """What the form says about a photo. A field left empty, as browsers send it, is one not given."""

    model_config = ConfigDict(extra="forbid")

    longitude: Annotated[Longitude | None, BeforeValidator(blank_as_none)] = None
    latitude: Annotated[Latitude | None, BeforeValidator(blank_as_none)] = None
    taken_at: Annotated[SeenTime | None, BeforeValidator(blank_as_none)] = None
    note: str = Field("", max_length=500)
    problem: Annotated[UUID | None, BeforeValidator(blank_as_none)] = None


async def take_in(office: Office, asker: Principal, request: Request, idempotency_key: str | None) -> Photo:
    """Take in the photo of a request.

    Raises:
        ProblemError: 413 too large, 415 not a photo, 422 broken or a field at fault, 507 no room.
    """
    settings = office.settings
    await ensure_room(office)
    async with (
        room_or_507(office),
        received_form(request, settings.incoming, settings.photo_limit + FORM_OVERHEAD, 1) as form,
    ):
        file = the_photo(form, "file", settings.photo_limit)
        return await take_photo(office, asker, file, _fields(form), idempotency_key)


async def take_photo(
    office: Office,
    asker: Principal,
    file: ReceivedFile,
    fields: PhotoFields,
    idempotency_key: str | None,
    beside: Sequence[Base] = (),
) -> Photo:
    """Take in a photo that was received.

    Args:
        office: the office.
        asker: who sends it.
        file: the photo; its identifier becomes the photo's.
        fields: what is said about it.
        idempotency_key: the same key again gives the photo that it gave before, and adds no rows.
        beside: rows that are there when, and only when, the photo is.

    Raises:
        ProblemError: 413 too many pixels, 415 not a photo, 422 broken, or another photo under the same key.
    """
    if idempotency_key is not None:
        before = await _same_upload(office, asker, idempotency_key, file)
        if before is not None:
            return before
    async with office.decoding:
        facts = await asyncio.to_thread(inspect, file.path, office.settings.photo_pixels, office.settings.zone)
    row = _new_row(asker, file, facts, fields, idempotency_key)
    try:
        async with stored(office, "photos", [file]) as storing:
            await _keep(office, asker, row, beside)
            storing.kept = True
    except IntegrityError:
        # The same upload arrived twice at the same time, and the other one was first.
        before = await _same_upload(office, asker, idempotency_key, file) if idempotency_key else None
        if before is None:
            raise
        return before
    office.metrics.photos.inc()
    return shown(row, [])


async def _keep(office: Office, asker: Principal, row: PhotoRow, beside: Sequence[Base]) -> None:
    async with office.database.transaction() as session:
        session.add(row)
        await session.flush()
        for more in beside:  # each refers to the one before
            session.add(more)
            await session.flush()
        details = {"sha256": row.sha256, "size": row.size}
        await record(session, Actor.of(asker), "create", "photo", str(row.id), details=details)
        publish(session, "photo.updated", {"id": str(row.id), "status": row.status}, OFFICE, row.user_id)


def the_photo(form: Form, part: str, limit: int) -> ReceivedFile:
    """The one photo of a form, in the part with this name.

    Raises:
        ProblemError: 413 where it has more than ``limit`` bytes, 422 where it is missing or empty.
    """
    if len(form.files) != 1 or form.files[0].field != part:
        raise invalid(part, f"send exactly one photo in the part '{part}'")
    file = form.files[0]
    if file.size == 0:
        raise invalid(part, "is empty")
    if file.size > limit:
        raise ProblemError(413, f"The photo is too large: {limit} bytes are the limit.", kind="too-large")
    return file


def _fields(form: Form) -> PhotoFields:
    try:
        fields = PhotoFields.model_validate(form.fields)
    except ValidationError as error:
        raise invalid_fields(error) from error
    if (fields.longitude is None) != (fields.latitude is None):
        missing = "longitude" if fields.longitude is None else "latitude"
        raise invalid(missing, "give both longitude and latitude, or neither")
    return fields


async def _same_upload(office: Office, asker: Principal, key: str, file: ReceivedFile) -> Photo | None:
    query = select(PhotoRow).where(PhotoRow.owner_id == asker.id, PhotoRow.idempotency_key == key)
    async with office.database.reading() as session:
        row = await session.scalar(query)
        if row is None:
            return None
        if row.sha256 != file.sha256:
            raise invalid("Idempotency-Key", "was used for another photo; use a new one for each photo")
        return await shown_with_cases(session, row)


def _new_row(
    asker: Principal, file: ReceivedFile, facts: PictureFacts, fields: PhotoFields, idempotency_key: str | None
) -> PhotoRow:
    placed = fields.longitude is not None
    taken_at: datetime | None = fields.taken_at or facts.taken_at
    return PhotoRow(
        id=file.id,
        status="queued",
        detail="",
        model="",
        key=key_of("photos", file.id),
        sha256=file.sha256,
        size=file.size,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        taken_at=taken_at,
        longitude=fields.longitude if placed else facts.longitude,
        latitude=fields.latitude if placed else facts.latitude,
        note=fields.note,
        problem=fields.problem,
        owner_id=asker.id,
        user_id=asker.user_id,
        uploaded_by=asker.name,
        idempotency_key=idempotency_key,
        created_at=clock.now(),
        claimed_until=None,
        claims=0,
    )
