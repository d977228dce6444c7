"""Results: what each street gave, a line a street in a file, so that a long simulation can be run in pieces."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from detector.simulation.report import Outcome, Tally

_WATCHED: Final = (
    "detections.py", "geometry.py", "zones.py", "duplicates.py", "riders.py", "lamps.py", "colours.py", "kalman.py",
    "half_hidden.py", "matching.py", "tracking.py", "looks.py", "anchor.py", "growth.py", "anchors.py", "comparison.py",
    "pipeline.py", "rules/*.py", "simulation/*.py",
)  # fmt: skip
"""Files of the detector on which a result depends."""


@cache
def code_digest() -> str:
    """Twelve hex digits of the code that makes results: other code, other results."""
    root = Path(__file__).resolve().parents[1]
    files = sorted(file for pattern in _WATCHED for file in root.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@dataclass(slots=True)
class Results:
    """A file of results, one JSON object a line.

    Only lines of the same seed, length, frame rate and code count; a line that is cut off, by a crash, is left out.

    Attributes:
        path: the file; it need not exist.
        seed, fps: of the simulation; ``length`` of its streets, seconds.
        done: outcomes by the street's number.
        others: lines of another simulation or of other code.

    Raises:
        OSError: the file cannot be read or written.
    """

    path: Path
    seed: int
    fps: float
    length: float
    done: dict[int, Outcome] = field(default_factory=dict)
    others: int = 0

    def __post_init__(self) -> None:
        self.path.touch()
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            if any(entry.get(name) != value for name, value in self._key().items()):
                self.others += 1
                continue
            rules = {kind: Tally(**tally) for kind, tally in entry["rules"].items()}
            self.done[int(entry["street"])] = Outcome(rules, entry["seconds"], entry["frames"], entry["cost"])

    def add(self, street: int, outcome: Outcome) -> None:
        """Append one street's outcome to the file.

        Raises:
            OSError: the file cannot be written.
        """
        self.done[street] = outcome
        entry = self._key() | {"street": street} | asdict(outcome)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def _key(self) -> dict[str, int | float | str]:
        return {"seed": self.seed, "length": self.length, "fps": self.fps, "code": code_digest()}
