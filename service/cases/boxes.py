"""Boxes that a reviewer draws: what a case's picture really shows. The model learns from them."""

from collections.abc import Iterator
from uuid import UUID

from detector.violations import Violation
from service.audit.workflow import Actor, record
from service.cases.decisions import ensure_version
from service.cases.events import tell
from service.cases.schemas import Case, ReviewedBox, ReviewedBoxes
from service.cases.workflow import detail, load_case
from service.errors import FieldFault, ProblemError
from service.office import Office
from service.security import Principal
from service.violations.models import ViolationRow


async def replace_boxes(office: Office, asker: Principal, case_id: UUID, body: ReviewedBoxes) -> Case:
    """Keep what a reviewer says that the last original shows; it replaces what was said before.

    The audit keeps both under ``case_boxes``: a correction is no step of the case, so its history does not tell it.

    Raises:
        ProblemError: 404 where there is no such case, 409 where it has moved on, 422 that names each box outside of
            the frame or without area.
    """
    async with office.database.transaction() as session:
        case = await load_case(session, asker, case_id)
        await ensure_version(session, office, asker, case, body.version)
        row = await session.get_one(ViolationRow, case.violation_id)
        errors = list(_faults(body.boxes, Violation.model_validate(row.document)))
        if errors:
            lines = "; ".join(f"{fault.field}: {fault.message}" for fault in errors)
            raise ProblemError(422, lines, kind="invalid-input", errors=errors)
        before, case.boxes = case.boxes, [box.model_dump(mode="json", by_alias=True) for box in body.boxes]
        details = {"before": before, "after": case.boxes}
        await record(session, Actor.of(asker), "replace", "case_boxes", str(case.id), details=details)
        tell(session, "case.updated", case)
        return await detail(session, office, asker, case)


def _faults(boxes: list[ReviewedBox], violation: Violation) -> Iterator[FieldFault]:
    for position, reviewed in enumerate(boxes):
        left, top, right, bottom = reviewed.box
        if not (0 <= left < right <= violation.width and 0 <= top < bottom <= violation.height):
            size = f"{violation.width} × {violation.height}"
            yield FieldFault(field=f"boxes.{position}.box", message=f"is not a box within {size} pixels")
