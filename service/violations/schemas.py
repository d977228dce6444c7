"""Delivery of violations, as the API says it. The violation itself is the detector's own model."""

from uuid import UUID

from pydantic import BaseModel


class Delivered(BaseModel):
    """A violation and the case that it became; the same answer however often it is delivered."""

    violation_id: UUID
    case_id: UUID
    case_number: str
