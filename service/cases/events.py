"""Telling consoles about cases."""

from typing import Literal

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from service.cases.models import CaseRow
from service.events.workflow import OFFICE, publish


def tell(session: AsyncSession, kind: Literal["case.created", "case.updated"], case: CaseRow) -> None:
    """Tell the office, and whoever uploaded the photo that the case came of."""
    data: dict[str, JsonValue] = {
        "id": str(case.id),
        "number": case.number,
        "status": case.status,
        "kind": case.kind,
        "version": case.version,
        "camera_id": case.camera_id,
        "photo_id": None if case.photo_id is None else str(case.photo_id),
    }
    publish(session, kind, data, OFFICE, case.reporter_id)
