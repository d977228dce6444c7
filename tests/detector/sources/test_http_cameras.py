"""Streams over HTTP from cameras in a process of their own: live FLV as gateways send it, and what misbehaves."""

import itertools
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from detector.sources import Backoff, Frame, ReconnectingSource, SourceError, StreamSource
from detector.sources.clock import StreamClock
from tests.detector.live import http_cameras


@pytest.fixture(scope="module")
def cameras(crossroad: Path) -> Iterator[str]:
    with http_cameras(str(crossroad)) as address:
        yield address


def watched(address: str, seconds: float) -> list[Frame]:
    frames = []
    with StreamSource(address, connecting=30) as source:
        for frame in source.frames():
            frames.append(frame)
            if frame.seconds >= seconds:
                break
    return frames


@pytest.mark.parametrize("name", ["good.flv", "h265.flv"])
def test_live_flv(cameras: str, name: str) -> None:
    """HTTP-FLV, as ZLMediaKit and WVP give the streams of GB28181 cameras; H.265 as enhanced FLV has it."""
    frames = watched(f"{cameras}/{name}", 1.0)
    assert {(frame.width, frame.height) for frame in frames} == {(320, 240)}
    assert frames[-1].image.std() > 20
    gaps = [(b.seconds - a.seconds) / (b.number - a.number) for a, b in itertools.pairwise(frames)]
    assert all(abs(gap - 0.1) < 0.01 for gap in gaps)
    assert abs((datetime.now(UTC) - frames[-1].time).total_seconds()) < 5


@pytest.mark.parametrize("name", ["zero.flv", "backwards.flv", "jumps.flv"])
def test_wrong_timestamps_do_not_lead_time_astray(cameras: str, name: str) -> None:
    """They stand still, run backwards, or jump by eleven hours every second."""
    with capture_logs() as logs:
        begun = time.monotonic()
        frames = watched(f"{cameras}/{name}", 2.5)
        took = time.monotonic() - begun
    seconds = [frame.seconds for frame in frames]
    assert seconds == sorted(set(seconds))
    assert seconds[-1] < took + 2.1
    assert abs((datetime.now(UTC) - frames[-1].time).total_seconds()) < 3
    assert len(logs) < 10


def test_a_stream_that_turns_into_rubbish_is_given_up(cameras: str) -> None:
    with StreamSource(f"{cameras}/spoiled.flv", connecting=30, silence=1.5) as source:
        frames = source.frames()
        assert next(frames).width == 320
        with pytest.raises(SourceError, match=r"silent|broke off"):
            list(frames)


@pytest.mark.parametrize(
    ("name", "connecting", "says"),
    [
        ("garbage.flv", 30, "cannot be opened: .*no video that can be read"),
        ("headers", 1, "cannot be opened: no answer in time"),
        ("nothing", 30, "cannot be opened: .*404.*check the path"),
    ],
)
def test_what_is_no_stream_is_one_clear_line(cameras: str, name: str, connecting: float, says: str) -> None:
    with StreamSource(f"{cameras}/{name}", connecting=connecting) as source, pytest.raises(SourceError, match=says):
        list(source.frames())


def test_one_that_opens_and_breaks_off_is_left_alone_more_and_more(cameras: str) -> None:
    """It gives a second of pictures each time; without patience it would be opened all the time."""
    clock = StreamClock()
    source = ReconnectingSource(
        lambda: StreamSource(f"{cameras}/flapping.flv", connecting=30, clock=clock),
        backoff=Backoff(first=0.1, longest=30, jitter=0),
    )
    with source:
        waits = []
        with capture_logs() as logs:
            for _ in source.frames():
                waits = [entry["seconds"] for entry in logs if entry["event"] == "reconnecting"]
                if len(waits) >= 3:
                    break
    assert waits[:3] == [0.1, 0.2, 0.4]
    assert httpx.get(f"{cameras}/count/flapping.flv").json() == 4
