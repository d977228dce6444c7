"""Camera status: how a camera of an engine is, for people."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from detector.camera_cost import CameraCost
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
        looks: frames that the model has seen and the rules have followed.
        cost: what it costs, and how old its results are.
        gaps: the newest times in which it could not see, oldest first.
    """

    state: CameraState
    message: str = ""
    fps: float = 0.0
    last_frame_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    dropped: int = 0
    looks: int = 0
    cost: CameraCost = field(default_factory=CameraCost)
    gaps: tuple[HealthEvent, ...] = ()
