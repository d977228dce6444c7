"""The audit, as the API says it."""

from uuid import UUID

from pydantic import BaseModel, Field

from service.clock import UtcTime
from service.paging import Page


class AuditEntry(BaseModel):
    """One row of the audit; ``hash`` is the SHA-256 of the hash before it and of the row as canonical JSON."""

    sequence: int
    at: UtcTime
    actor_id: UUID | None
    actor: str
    action: str
    subject_type: str
    subject_id: str
    from_status: str | None
    to_status: str | None
    reason: str | None
    note: str
    details: str = Field(description="further facts as canonical JSON, as it was hashed")
    previous_hash: str
    hash: str


class AuditPage(Page[AuditEntry]):
    """One page of the audit."""


class Anchor(BaseModel):
    """Where the chain ended on a day, signed.

    The signature covers the other fields as canonical JSON: ``at``, ``day``, ``hash``, ``key`` (the key's name) and
    ``sequence``.
    """

    day: str = Field(description="day of the district's zone, YYYYMMDD")
    sequence: int
    hash: str
    at: UtcTime
    key_id: str
    signature: str = Field(description="Ed25519, as hex")


class AnchorPage(Page[Anchor]):
    """One page of anchors."""


class PublicKey(BaseModel):
    """A key that signatures of this office are checked with."""

    id: str = Field(description="first 16 hex digits of the SHA-256 of the key's 32 bytes")
    algorithm: str
    pem: str
    current: bool = Field(description="whether the office signs with it now")


class PublicKeys(BaseModel):
    """Every key that ever signed here."""

    items: list[PublicKey]
