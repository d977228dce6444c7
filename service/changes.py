"""The history of something that is not a case: what was changed, by whom, from what to what."""

import json

from pydantic import BaseModel, JsonValue

from service.audit.models import AuditRow
from service.clock import UtcTime


class Change(BaseModel):
    """One change, as the audit keeps it."""

    at: UtcTime
    actor: str
    action: str
    note: str
    details: dict[str, JsonValue]

    @classmethod
    def of(cls, row: AuditRow) -> "Change":
        """The change that a row of the audit tells of."""
        return cls(at=row.at, actor=row.actor, action=row.action, note=row.note, details=json.loads(row.details))


class Changes(BaseModel):
    """All changes, oldest first."""

    items: list[Change]
