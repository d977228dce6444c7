"""A violation on its way in, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from detector.violations import EvidenceFile, Violation
from service.security import Principal
from service.uploads import ReceivedFile
from service.violations.schemas import Delivered


@dataclass(frozen=True, slots=True)
class Arrival:
    """A violation that was checked, each evidence entry with its file, which is stored already."""

    asker: Principal
    violation: Violation
    evidence: Sequence[tuple[EvidenceFile, ReceivedFile]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an arrival: its case, and whether this delivery made it."""

    delivered: Delivered
    is_new: bool
