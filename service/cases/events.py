"""Telling consoles about cases."""

from typing import Literal

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from service.cases.models import CaseRow
from service.events.hub import AREA, unit_audience
from service.events.workflow import publish
from service.security import OVERSEERS


def tell(session: AsyncSession, kind: Literal["case.created", "case.updated"], case: CaseRow) -> None:
    """Tell who oversees cases, the unit that has it, and whoever uploaded the photo that the case came of."""
    data: dict[str, JsonValue] = {
        "id": str(case.id),
        "number": case.number,
        "status": case.status,
        "kind": case.kind,
        "version": case.version,
        "camera_id": case.camera_id,
        "photo_id": None if case.photo_id is None else str(case.photo_id),
        AREA: None if case.area_id is None else str(case.area_id),
    }
    unit = () if case.unit_id is None else (unit_audience(case.unit_id),)
    publish(session, kind, data, (*OVERSEERS, *unit), case.reporter_id)
