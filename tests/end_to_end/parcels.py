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

_IMAGE = np.random.default_rng(7).integers(0, 255, (96, 128, 3), dtype=np.uint8)


def fill_outbox(folder: Path, camera: str, count: int) -> list[UUID]:
    """Put ``count`` violations of a camera into an outbox, a minute apart; answers their ids."""
    outbox = Outbox(folder)
    started = datetime.now(UTC) - timedelta(minutes=count)
    return [put_parcel(outbox, camera, started + timedelta(minutes=number)).id for number in range(count)]


def put_parcel(outbox: Outbox, camera: str, time: datetime) -> Violation:
    """Put one violation with its pictures into an outbox.

    Raises:
        OSError: there is no room; nothing was put.
    """
    violation = Violation(
        kind=ViolationKind.GARBAGE, camera=camera, started_at=time, ended_at=time + timedelta(seconds=30),
        confidence=0.8, box=(10, 10, 50, 60), width=128, height=96,
    )  # fmt: skip
    moment = Moment(Frame(_IMAGE, time, 0.0, 0), violation.box, "end", 0.8)
    try:
        evidence = write_evidence(outbox.stage(violation.id), violation.id, violation.kind, [moment])
        whole = violation.model_copy(update={"evidence": evidence})
        outbox.commit(whole)
    except OSError:
        outbox.discard(violation.id)
        raise
    return whole
