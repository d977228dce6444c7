"""Taking in a violation: checked and stored with its evidence, and a pending case made of it, all or nothing.

Files are on the disk before the one transaction that makes them part of the record. A violation's own id makes
delivery idempotent, also when it arrives twice at the same time.
"""

import time

from fastapi import Request
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import EvidenceFile, Violation
from service import clock
from service.cameras.models import CameraRow
from service.cases.models import CaseRow
from service.cases.opening import Place, open_case
from service.errors import FieldFault, ProblemError, faults, invalid
from service.evidence.models import EvidenceRow
from service.evidence.room import ensure_room, room_or_507
from service.evidence.store import key_of
from service.office import Office
from service.photos.models import PhotoRow
from service.security import Principal, Scope
from service.uploads import Form, ReceivedFile, received_form
from service.violations.joining import join
from service.violations.models import ViolationRow
from service.violations.schemas import Delivered


async def deliver(office: Office, asker: Principal, request: Request) -> tuple[Delivered, bool]:
    """Take in the violation of a request; answers whether it is new.

    Raises:
        ProblemError: 403 where the key speaks for another camera, 413 too large, 415 not a form, 422 where the
            violation is at fault, a file is missing or its hash differs, 507 no room.
    """
    settings = office.settings
    started = time.perf_counter()
    try:
        await ensure_room(office)
        async with (
            room_or_507(office),
            received_form(request, settings.incoming, settings.evidence_limit, settings.evidence_files) as form,
        ):
            violation = _read(form)
            if asker.camera_id is not None and violation.camera != asker.camera_id:
                raise ProblemError(403, f"This key speaks for {asker.camera_id} only.", kind="not-allowed")
            delivered = await _find(office, violation)
            is_new = delivered is None
            if delivered is None:
                delivered, is_new = await _store(office, asker, violation, _matched(violation, form.files))
    except ProblemError:
        office.metrics.violations.labels(outcome="refused").inc()
        raise
    office.metrics.violations.labels(outcome="new" if is_new else "repeated").inc()
    office.metrics.ingest.observe(time.perf_counter() - started)
    return delivered, is_new


def _read(form: Form) -> Violation:
    text = form.fields.get("violation")
    if text is None:
        # Some clients send JSON parts with a filename, as files.
        part = next((file for file in form.files if file.field == "violation"), None)
        if part is None:
            raise invalid("violation", "is missing: send the violation as JSON in the part 'violation'")
        form.files.remove(part)
        text = part.path.read_text(encoding="utf-8", errors="replace")
        part.path.unlink()
    try:
        return _in_utc(Violation.model_validate_json(text))
    except ValidationError as error:
        errors = [FieldFault(field=f"violation.{f.field}", message=f.message) for f in faults(error.errors())]
        detail = "; ".join(f"{fault.field}: {fault.message}" for fault in errors)
        raise ProblemError(422, detail, kind="invalid-input", errors=errors) from error


def _in_utc(violation: Violation) -> Violation:
    """The same violation with all its times in UTC, as the API says times."""
    evidence = tuple(
        entry.model_copy(update={"taken_at": entry.taken_at and clock.in_utc(entry.taken_at)})
        for entry in violation.evidence
    )
    started_at, ended_at = clock.in_utc(violation.started_at), clock.in_utc(violation.ended_at)
    return violation.model_copy(update={"started_at": started_at, "ended_at": ended_at, "evidence": evidence})


def _matched(violation: Violation, files: list[ReceivedFile]) -> list[tuple[EvidenceFile, ReceivedFile]]:
    """Each evidence entry with its file.

    Raises:
        ProblemError: 422 that names every entry without its file, every hash that differs, every file without entry.
    """
    errors = []
    received: dict[str, ReceivedFile] = {}
    for file in files:
        if file.filename in received:
            errors.append(FieldFault(field="files", message=f"{file.filename} was sent twice"))
        received[file.filename] = file
    matched = []
    named: set[str] = set()
    for position, entry in enumerate(violation.evidence):
        where = f"violation.evidence.{position}"
        found = received.get(entry.file)
        if entry.file in named:
            errors.append(FieldFault(field=f"{where}.file", message=f"{entry.file} is named twice"))
        elif found is None:
            errors.append(FieldFault(field=f"{where}.file", message=f"{entry.file} was not sent"))
        elif found.sha256 != entry.sha256:
            message = f"{entry.file} has SHA-256 {found.sha256}, not {entry.sha256}: it was altered on its way"
            errors.append(FieldFault(field=f"{where}.sha256", message=message))
        else:
            matched.append((entry, found))
        named.add(entry.file)
    errors += [
        FieldFault(field="files", message=f"{name} is not named in the violation's evidence")
        for name in received.keys() - named
    ]
    if errors:
        detail = "; ".join(f"{fault.field}: {fault.message}" for fault in errors)
        raise ProblemError(422, detail, kind="invalid-input", errors=errors)
    return matched


async def _find(office: Office, violation: Violation) -> Delivered | None:
    query = select(CaseRow.id, CaseRow.number).where(CaseRow.violation_id == violation.id)
    async with office.database.reading() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    return Delivered(violation_id=violation.id, case_id=found.id, case_number=found.number)


async def _store(
    office: Office, asker: Principal, violation: Violation, matched: list[tuple[EvidenceFile, ReceivedFile]]
) -> tuple[Delivered, bool]:
    rows = [_evidence_row(violation, position, *pair) for position, pair in enumerate(matched)]
    try:
        await office.files.put_files({row.key: file.path for row, (_, file) in zip(rows, matched, strict=True)})
        async with office.database.transaction() as session:
            place = await _place(session, asker, violation)
            session.add(
                ViolationRow(
                    id=violation.id,
                    kind=violation.kind,
                    document=violation.model_dump(mode="json"),
                    delivered_by=asker.name,
                    delivered_at=clock.now(),
                )
            )
            await session.flush()
            session.add_all(rows)
            case = await open_case(session, office, violation, place, rows)
            await join(session, violation, case)
    except BaseException as error:
        # Nobody refers to the files yet. Those of the delivery that was first have names of their own.
        for row in rows:
            await office.files.delete(row.key)
        if isinstance(error, IntegrityError):
            first = await _find(office, violation)
            if first is not None:
                return first, False
        raise
    return Delivered(violation_id=violation.id, case_id=case.id, case_number=case.number), True


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


async def _place(session: AsyncSession, asker: Principal, violation: Violation) -> Place:
    """Where it happened: as the violation says, else where the camera stands, else where the photo was taken."""
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
