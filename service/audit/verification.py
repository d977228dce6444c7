"""What a check of the record found."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Verification:
    """What was checked, and every fault that was found, one line each. No faults: nothing was altered."""

    rows: int = 0
    anchors: int = 0
    cases: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether no fault was found."""
        return not self.faults
