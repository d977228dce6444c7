"""One camera of an engine: a thread that reads it and a thread that follows what the model saw."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import structlog

from detector.attention import Attention
from detector.camera_cost import CostMeter, ThreadClock
from detector.camera_status import CameraState, CameraStatus
from detector.checkpoint_file import CheckpointFile
from detector.close_look import CloseLook
from detector.detections import Detections
from detector.drawing import draw_detections
from detector.film import Film
from detector.gaps import GapLog
from detector.health import CameraHealth
from detector.model import Model
from detector.model_queue import ModelQueue
from detector.outbox import Outbox
from detector.pipeline import Pipeline
from detector.request import Request
from detector.scene import Scene
from detector.signals import Phase
from detector.sources import (
    Frame,
    Pace,
    PushedSource,
    Source,
    SourceError,
    StreamState,
    mask_credentials,
    open_source,
)

_log = structlog.get_logger(__name__)

_CHECKPOINT_SECONDS = 10.0
_CLIP_SECONDS = 2.0
"""So long a camera that is stopped waits for clips."""
_LIVE_WIDTH = 960
_WAITING_SECONDS = 5.0
"""A camera whose frames are pushed is said to be waiting when none has come for this long."""


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """What an engine must know to run a camera.

    Attributes:
        scene: what it looks at; ``scene.camera.id`` names it.
        address: a file, a folder, a stream's URL, or ``push:`` where frames are handed over.
        substream: address of a small stream of the same camera, which is looked at; the other then gives key frames.
        loop: a file begins again at its end.
        pace: whether a file plays like a camera or as fast as it can be read; then no frame is dropped.
    """

    scene: Scene
    address: str
    loop: bool = False
    pace: Pace = "real"
    substream: str | None = None


class CameraWorker:
    """Reads one camera and follows what it shows.

    Args:
        config: see :class:`CameraConfig`.
        model: says which model is in use.
        queue: where frames wait for the model.
        outbox: where violations go.
        checkpoint: what rules remember, for the next start.
        timezone: the district's time.
        tracks: folder of what all cameras' rules were shown in the last hours; none is kept without one.
    """

    def __init__(
        self,
        config: CameraConfig,
        model: Callable[[], Model],
        queue: ModelQueue,
        outbox: Outbox,
        checkpoint: CheckpointFile,
        timezone: ZoneInfo,
        tracks: Path | None = None,
    ) -> None:
        self.config = config
        self.name = config.scene.camera.id
        self._model = model
        self._followed = model()
        """The model that saw the frame that the rules have last been given."""
        self._queue = queue
        self._line = queue.join(self.name)
        self._meter = CostMeter()
        self._gaps = GapLog(self.name)
        self._checkpoint = checkpoint
        self._pipeline = Pipeline(
            config.scene,
            thresholds=self._followed.thresholds,
            shelf=outbox,
            health=CameraHealth(config.scene, on_event=self._gaps.note),
            film=Film(),
            timezone=timezone,
            model=self._followed.name,
            tracks=tracks / self.name if tracks is not None else None,
        )
        self._checkpoint.restore(self._pipeline)
        self._close_look = CloseLook(config.scene)
        self._attention = Attention(config.scene, timezone)
        self._stopping = Event()
        self._ended = Event()
        self._failed_at: float | None = None
        self._at_work: float | None = None
        """When the rules were given the frame that they have not finished with, monotonic seconds."""
        self._abandoned = Event()
        self._lock = Lock()
        self._status = CameraStatus(CameraState.STARTING)
        self._times: deque[float] = deque(maxlen=300)
        self._newest: tuple[Frame, Detections] | None = None
        self._source: Source | None = None
        self._pushed = PushedSource(f"push:{self.name}") if config.address.startswith("push:") else None
        self._reader = Thread(target=self._guarded(self._read), name=f"read {self.name}", daemon=True)
        self._follower = Thread(target=self._guarded(self._follow), name=f"rules {self.name}", daemon=True)
        self._reader.start()
        self._follower.start()

    def push(self, jpeg: bytes, captured_at: datetime) -> None:
        """Hand over a frame.

        Raises:
            FrameRefusedError: the frame cannot be taken; the text says why.
            KeyError: this camera's frames are not pushed.
        """
        if self._pushed is None:
            raise KeyError(self.name)
        self._pushed.push(jpeg, captured_at)

    def tell(self, crosswalk: str, phase: Phase) -> None:
        """Note what the signal of a crosswalk shows."""
        self._pipeline.signals.tell(crosswalk, phase)

    def status(self) -> CameraStatus:
        """How the camera is now."""
        with self._lock:
            status, newest = self._status, list(self._times)
        now = time.monotonic()
        recent = [t for t in newest if now - t <= 10]
        span = now - recent[0] if len(recent) > 1 else 0.0
        if status.state is CameraState.RUNNING and self._pushed and (not newest or now - newest[-1] > _WAITING_SECONDS):
            status = replace(status, state=CameraState.WAITING, message="no frame has been pushed for a while")
        if status.state is CameraState.RUNNING and self._pipeline.notice:
            status = replace(status, message=self._pipeline.notice)
        self._gaps.look(expected=status.state not in (CameraState.FINISHED, CameraState.STOPPED))
        return replace(
            status,
            fps=round((len(recent) - 1) / span, 2) if span > 0 else 0.0,
            dropped=self._line.dropped,
            cost=self._meter.cost(self._line.age(now)),
            gaps=self._gaps.events(),
        )

    def picture(self, newer_than: int) -> tuple[int, bytes] | None:
        """The newest frame as JPEG with boxes, at most 960 px wide, and its number; None where none is newer."""
        newest = self._newest
        if newest is None or newest[0].number == newer_than:
            return None
        frame, detections = newest
        image = draw_detections(frame.image, detections)
        if frame.width > _LIVE_WIDTH:
            size = (_LIVE_WIDTH, round(frame.height * _LIVE_WIDTH / frame.width))
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        ok, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])
        return (frame.number, jpeg.tobytes()) if ok else None

    @property
    def failed_for(self) -> float:
        """Seconds since an error that nobody foresaw stopped this camera; 0 where none has."""
        return time.monotonic() - self._failed_at if self._failed_at is not None else 0.0

    @property
    def stuck_for(self) -> float:
        """Seconds that the rules have been busy with one frame; 0 where they wait for one."""
        begun = self._at_work
        return time.monotonic() - begun if begun is not None else 0.0

    def abandon(self) -> None:
        """Give up a camera whose rules do not come back: should they ever, what they remember is out of date."""
        _log.error("camera gives no results, it is started anew", camera=self.name, seconds=round(self.stuck_for))
        self._abandoned.set()
        self.hang_up()
        self._queue.leave(self._line)

    def hang_up(self) -> None:
        """Stop reading; :meth:`stop` waits for the end."""
        self._stopping.set()
        for source in (self._source, self._pushed):
            if source is not None:
                source.close()
        self._line.close()

    def stop(self, timeout: float = 4.0) -> None:
        """Stop reading, let what was seen go through the rules, keep what they remember.

        Args:
            timeout: seconds to wait. A thread that hangs, in the network say, ends by itself later.
        """
        deadline = time.monotonic() + timeout
        self.hang_up()
        for thread in (self._follower, self._reader):
            thread.join(timeout=max(0.05, deadline - time.monotonic()))
        self._queue.leave(self._line)
        self._set(CameraState.STOPPED)

    def _read(self) -> None:
        if self._pushed is not None:
            self._set(CameraState.RUNNING)
            self._feed(self._pushed, drop=True)
            return
        while not self._stopping.is_set():
            try:
                with open_source(
                    self.config.address, pace=self.config.pace, loop=self.config.loop, on_state=self._on_stream,
                    substream=self.config.substream,
                ) as source:  # fmt: skip
                    self._source = source
                    source.spare(self._attention)
                    if self._stopping.is_set():
                        return
                    self._feed(source, drop=source.live or self.config.pace == "real")
            except SourceError as error:
                self._set(CameraState.RECONNECTING, str(error))
                _log.warning("camera cannot be read", camera=self.name, reason=str(error))
                self._stopping.wait(5.0)
                continue
            self._ended.set()
            break

    def _feed(self, source: Source, *, drop: bool) -> None:
        clock, elsewhere = ThreadClock(), 0.0
        for frame in source.frames():
            if self._stopping.is_set():
                break
            wanted = self._attention.wants(frame)
            if wanted is not None:
                self._ask(wanted, drop=drop)
            else:
                self._has_come(frame)
            spent, elsewhere = source.cpu_seconds - elsewhere, source.cpu_seconds
            self._meter.add("decode", clock.lap() + spent)
            if wanted is not None and self._status.state is CameraState.STARTING:
                self._set(CameraState.RUNNING)

    def _ask(self, frame: Frame, *, drop: bool) -> None:
        """Let a frame wait for the model."""
        model = self._model()
        tiles = self._close_look.tiles(frame, model.entry.input_size)
        replaced = self._line.put(Request(self.name, frame, model, tiles), drop=drop)
        if replaced is not None and replaced.tiles is not None:
            self._close_look.forget()

    def _follow(self) -> None:
        saved, clock = time.monotonic(), ThreadClock()
        while not self._line.is_over(ended=self._ended.is_set()):
            request = self._line.next(timeout=0.5)
            if request is None:
                if self._pipeline.idle():
                    self._checkpoint.save(self._pipeline)
                continue
            frame, detections = request.result()
            self._at_work = time.monotonic()
            self._use_model(request.model)
            self._has_come(frame)
            found = self._pipeline.process(frame, detections)
            self._attention.follow(*self._pipeline.followed())
            self._at_work = None
            if self._abandoned.is_set():
                return
            self._newest = frame, detections[detections.confidence >= 0.3]
            if found or time.monotonic() - saved > _CHECKPOINT_SECONDS:
                self._checkpoint.save(self._pipeline)
                saved = time.monotonic()
            self._meter.add("model", request.cpu)
            self._meter.add("rules", clock.lap())
            with self._lock:
                self._status = replace(self._status, looks=self._status.looks + 1)
            self._line.finished(request)
        self._pipeline.finish(_CLIP_SECONDS if self._stopping.is_set() else None)
        self._checkpoint.save(self._pipeline)
        if not self._stopping.is_set():
            self._set(CameraState.FINISHED)

    def _use_model(self, model: Model) -> None:
        """The rules are given frames that this model has seen."""
        if model is not self._followed:
            self._followed = model
            self._pipeline.use_model(model.thresholds, model.name)

    def _has_come(self, frame: Frame) -> None:
        """Note that the camera works: a frame was looked at, or was not worth a look."""
        self._gaps.seen()
        with self._lock:
            self._times.append(time.monotonic())
            self._status = replace(self._status, last_frame_at=frame.time, width=frame.width, height=frame.height)

    def _guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """The same work; an error that nobody foresaw stops this camera alone, loudly."""

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - logged whole; one fault must not stop other cameras
                self._set(CameraState.FAILED, f"{type(error).__name__}: {error}")
                self._failed_at = time.monotonic()
                self.hang_up()
                _log.exception("camera failed", camera=self.name, address=mask_credentials(self.config.address))

        return run

    def _on_stream(self, state: StreamState, reason: str) -> None:
        states = {
            StreamState.CONNECTING: CameraState.STARTING,
            StreamState.PLAYING: CameraState.RUNNING,
            StreamState.RECONNECTING: CameraState.RECONNECTING,
        }
        if state in states:
            self._set(states[state], reason)

    def _set(self, state: CameraState, message: str = "") -> None:
        with self._lock:
            if self._status.state is not CameraState.FAILED:
                self._status = replace(self._status, state=state, message=message)
