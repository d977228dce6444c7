"""Real parcels for an outbox: violations with evidence pictures, as an engine leaves them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from detector.evidence import write_evidence
from detector.moments import Moment
from detector.outbox import Outbox
from detector.sources import Frame
from detector.violations import Violation, ViolationKind


def fill_outbox(folder: Path, camera: str, count: int) -> list[UUID]:
    """Put ``count`` violations of a camera into an outbox; answers their ids."""
    outbox = Outbox(folder)
    generator = np.random.default_rng(7)
    image = generator.integers(0, 255, (96, 128, 3), dtype=np.uint8)
    started = datetime.now(UTC) - timedelta(minutes=count)
    ids = []
    for number in range(count):
        time = started + timedelta(minutes=number)
        violation = Violation(
            kind=ViolationKind.GARBAGE, camera=camera, started_at=time, ended_at=time + timedelta(seconds=30),
            confidence=0.8, box=(10, 10, 50, 60), width=128, height=96,
        )  # fmt: skip
        moment = Moment(Frame(image, time, float(number), number), violation.box, "end", 0.8)
        evidence = write_evidence(outbox.stage(violation.id), violation.id, violation.kind, [moment])
        outbox.commit(violation.model_copy(update={"evidence": evidence}))
        ids.append(violation.id)
    return ids
