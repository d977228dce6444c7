"""Taking in a violation: checked and stored with its evidence, and a pending case made of it, all or nothing.

Files are on the disk before the transaction that makes them part of the record, and nothing is answered before that is
durable. A violation's own id makes delivery idempotent, also when it arrives twice at the same time.
"""

import time
from functools import partial

from fastapi import Request
from pydantic import ValidationError
from sqlalchemy import select

from detector.violations import EvidenceFile, Violation
from service import clock
from service.cases.models import CaseRow
from service.errors import FieldFault, ProblemError, invalid, invalid_fields
from service.evidence.recovery import stored
from service.evidence.room import ensure_room, room_or_507
from service.null_characters import MESSAGE, in_json
from service.office import Office
from service.security import Principal
from service.uploads import Form, ReceivedFile, received_form
from service.violations.arrivals import Arrival, Outcome
from service.violations.intake import make_cases
from service.violations.schemas import Delivered


async def deliver(office: Office, asker: Principal, request: Request) -> Outcome:
    """Take in the violation of a request.

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
            received_form(
                request, settings.incoming, settings.evidence_limit, settings.evidence_files, hold=True
            ) as form,
        ):
            violation = _read(form)
            if asker.camera_id is not None and violation.camera != asker.camera_id:
                raise ProblemError(403, f"This key speaks for {asker.camera_id} only.", kind="not-allowed")
            outcome = await _take(office, asker, violation, form.files)
    except ProblemError:
        office.metrics.violations.labels(outcome="refused").inc()
        raise
    office.metrics.violations.labels(outcome="new" if outcome.is_new else "repeated").inc()
    office.metrics.ingest.observe(time.perf_counter() - started)
    return outcome


async def _take(office: Office, asker: Principal, violation: Violation, files: list[ReceivedFile]) -> Outcome:
    try:
        matched = _matched(violation, files)
    except ProblemError:
        before = await _find(office, violation)
        if before is None:
            raise
        return before  # it is there already: its files need not be sent again
    async with stored(office, "evidence", files) as storing:
        outcome = await office.intake.do(partial(make_cases, office), violation.id, Arrival(asker, violation, matched))
        storing.kept = outcome.is_new
    return outcome


def _read(form: Form) -> Violation:
    text = form.fields.get("violation")
    if text is None:
        # Some clients send JSON parts with a filename, as files.
        part = next((file for file in form.files if file.field == "violation"), None)
        if part is None:
            raise invalid("violation", "is missing: send the violation as JSON in the part 'violation'")
        form.files.remove(part)
        text = part.read_text()
        part.path.unlink(missing_ok=True)
    if in_json(text.encode("utf-8", "replace")):
        raise invalid("violation", MESSAGE)
    try:
        violation = Violation.model_validate_json(text)
    except ValidationError as error:
        raise invalid_fields(error, "violation.") from error
    for name in ("started_at", "ended_at"):
        try:
            clock.plausible(getattr(violation, name))
        except ValueError as error:
            raise invalid(f"violation.{name}", str(error)) from error
    return _in_utc(violation)


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


async def _find(office: Office, violation: Violation) -> Outcome | None:
    query = select(CaseRow.id, CaseRow.number).where(CaseRow.violation_id == violation.id)
    async with office.database.reading() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    delivered = Delivered(violation_id=violation.id, case_id=found.id, case_number=found.number)
    return Outcome(delivered, is_new=False)
