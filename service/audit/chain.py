"""The hash chain: each row's hash covers the row and the hash before it, so that no row can change unnoticed."""

import hashlib
import json
from datetime import UTC

from service.audit.models import AuditRow

GENESIS = "0" * 64
"""The hash before the first row."""


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces, and characters as they are: the same value is always the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(value: object) -> str:
    """SHA-256, in hex, of a value as canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def hashed(row: AuditRow) -> dict[str, object]:
    """What the hash of a row covers besides the hash before it."""
    return {
        "sequence": row.sequence,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": None if row.actor_id is None else str(row.actor_id),
        "actor": row.actor,
        "action": row.action,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "from_status": row.from_status,
        "to_status": row.to_status,
        "reason": row.reason,
        "note": row.note,
        "details": row.details,
    }


def row_hash(row: AuditRow) -> str:
    """SHA-256, in hex, of the previous hash, a newline, and the row as canonical JSON."""
    return hashlib.sha256(f"{row.previous_hash}\n{canonical(hashed(row))}".encode()).hexdigest()
