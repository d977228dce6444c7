"""What a notice tells, before it is put into words. No pictures: a notice may leave the office by mail."""

from pydantic import BaseModel, JsonValue

from service.clock import UtcTime


class BlindCamera(BaseModel):
    """A camera that cannot see: what people call it, and the kind of the gap."""

    id: str
    name: str
    gap: str


class Facts(BaseModel):
    """Everything that some kind of notice may tell; each kind uses what it needs."""

    number: str | None = None
    violation: str | None = None
    place: str | None = None
    unit: str | None = None
    due_at: UtcTime | None = None
    reason: str | None = None
    note: str = ""
    cameras: list[BlindCamera] = []
    webhook: str | None = None
    error: str = ""

    def kept(self) -> dict[str, JsonValue]:
        """As the database keeps them."""
        kept: dict[str, JsonValue] = self.model_dump(mode="json", exclude_defaults=True)
        return kept
