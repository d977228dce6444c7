"""Camera status: how a camera of an engine is, for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from detector.health_event import HealthEvent


class CameraState(StrEnum):
    """How a camera is."""

    STARTING = "starting"
    RUNNING = "running"
    RECONNECTING = "reconnecting"
    WAITING = "waiting"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How a camera is, for people.

    Attributes:
        state: see :class:`CameraState`.
        message: why, where the state needs a reason.
        fps: frames a second that went through the rules or were not worth a look, over the last ten seconds.
        last_frame_at: capture time of the newest such frame.
        dropped: frames that were replaced by newer ones before the model was free.
        model_seconds: time that the model has spent on this camera.
        gaps: the newest times in which it could not see, oldest first.
    """

    state: CameraState
    message: str = ""
    fps: float = 0.0
    last_frame_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    dropped: int = 0
    model_seconds: float = 0.0
    gaps: tuple[HealthEvent, ...] = ()
