"""Camera reports: what an engine tells the office about its cameras, and their newest pictures."""

import time
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Final, TypeVar

import structlog

from detector.camera_status import CameraStatus
from detector.engine import Engine
from service.cameras.schemas import CameraCost, CameraStatusReport, GapReport
from service.engine.office_client import OfficeClient, OfficeRefusedError, OfficeUnreachableError

T = TypeVar("T")

_log = structlog.get_logger(__name__)

WATCHED_SECONDS: Final = 1.0
UNWATCHED_SECONDS: Final = 3.0
"""Time between two pictures of a camera that somebody looks at, and of one that nobody does: drawing one takes 1 ms of
CPU time, and sending and storing it more."""
_STEP_SECONDS: Final = 0.2


def report_cameras(engine: Engine, office: OfficeClient) -> None:
    """Tell the office how each camera is."""
    for name, status in engine.status().items():
        try_to_send(partial(office.put_status, name, camera_report(status)), "camera status")


def camera_report(status: CameraStatus) -> CameraStatusReport:
    """How a camera is, as the office takes it."""
    return CameraStatusReport(
        state=status.state.value,
        message=status.message[:500],
        fps=status.fps,
        last_frame_at=status.last_frame_at,
        width=status.width,
        height=status.height,
        cost=CameraCost(
            decode=round(status.cost.lately.decode * 1000, 2),
            model=round(status.cost.lately.model * 1000, 2),
            rules=round(status.cost.lately.rules * 1000, 2),
            queue_age=round(status.cost.queue_age, 3),
        ),
        gaps=[
            GapReport(
                id=gap.id,
                kind=gap.kind.value,
                message=gap.message,
                suspended=gap.kind.suspends,
                started_at=gap.started_at,
                ended_at=gap.ended_at,
            )
            for gap in status.gaps
        ],
    )


def show_cameras(engine: Engine, office: OfficeClient, stopping: Event) -> None:
    """Send the newest pictures of the cameras for the console, until ``stopping`` is set."""
    shown: dict[str, int] = {}
    due: dict[str, float] = {}
    while not stopping.is_set():
        for name in list(engine.status()):
            if time.monotonic() < due.get(name, 0.0):
                continue
            picture = engine.picture(name, shown.get(name, -1))
            if picture is not None:
                shown[name] = picture[0]
                watched = try_to_send(partial(office.put_snapshot, name, picture[1]), "live picture")
                due[name] = time.monotonic() + (WATCHED_SECONDS if watched else UNWATCHED_SECONDS)
        stopping.wait(_STEP_SECONDS)


def try_to_send(send: Callable[[], T], what: str) -> T | None:
    """Send something that is soon out of date: a failure is logged, the next one will do; answers None then."""
    try:
        return send()
    except (OfficeUnreachableError, OfficeRefusedError) as error:
        _log.warning(f"{what} not sent", reason=str(error))
        return None
