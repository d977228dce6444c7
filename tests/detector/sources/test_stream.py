import io
import itertools
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from detector.sources import Backoff, ReconnectingSource, SourceError, StreamSource, StreamState
from detector.sources.clock import StreamClock
from detector.sources.reconnecting import StateObserver

PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_server.py")
NEEDED = (
    "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav"
)


@contextmanager
def rtsp_server(port: int = 0, *arguments: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    server = subprocess.Popen(
        [PYTHON, str(SERVER), str(port), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, "the RTSP server did not start"
        yield int(line), server
    finally:
        server.kill()
        server.communicate()


@pytest.fixture(scope="module", autouse=True)
def _gstreamer() -> None:
    check = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; "
    check += "Gst.init(None); raise SystemExit(not all(map(Gst.ElementFactory.find, ('x264enc', 'avdec_mpeg4'))))"
    try:
        found = subprocess.run([PYTHON, "-c", check], capture_output=True, timeout=30, check=False).returncode == 0
    except FileNotFoundError:
        found = False
    if not found:
        pytest.skip(f"needs an RTSP server: apt-get install {NEEDED}")


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_plays_by_tcp_and_udp(transport: str) -> None:
    with rtsp_server() as (port, _), StreamSource(f"rtsp://127.0.0.1:{port}/main?transport={transport}") as source:
        frames = [frame for frame, _ in zip(source.frames(), range(8), strict=False)]
    assert {(frame.width, frame.height) for frame in frames} == {(320, 240)}
    gaps = [b.seconds - a.seconds for a, b in itertools.pairwise(frames)]
    steps = [b.number - a.number for a, b in itertools.pairwise(frames)]
    assert frames[0].seconds == 0
    assert all(abs(gap - 0.1 * step) < 0.05 for gap, step in zip(gaps, steps, strict=True))
    assert abs((datetime.now(UTC) - frames[-1].time).total_seconds()) < 5


def test_what_the_camera_encoded_can_be_had_after_it_is_gone() -> None:
    with rtsp_server() as (port, _), StreamSource(f"rtsp://127.0.0.1:{port}/main") as source:
        frames = [frame for frame, _ in zip(source.frames(), range(30), strict=False)]
    ring = frames[-1].packets
    assert ring is not None
    cut = ring.cut(frames[15].time, frames[-1].time)
    assert cut is not None
    with av.open(io.BytesIO(cut.mp4())) as clip:
        pictures = [picture.to_ndarray(format="bgr24") for picture in clip.decode(video=0)]
    begin = (frames[15].time - cut.began).total_seconds()
    assert 0 <= begin <= 0.6  # from the key frame before
    shown = pictures[round(begin * 10)]
    assert (shown == frames[15].image).mean() > 0.99


def test_plays_the_real_clip(crossroad: Path) -> None:
    with rtsp_server(0, str(crossroad)) as (port, _), StreamSource(f"rtsp://127.0.0.1:{port}/main") as source:
        frame = next(source.frames())
    assert (frame.width, frame.height) == (384, 288)
    assert frame.image.std() > 20


def test_a_slow_reader_gets_the_newest_frame() -> None:
    with rtsp_server() as (port, _), StreamSource(f"rtsp://127.0.0.1:{port}/main") as source:
        frames = source.frames()
        first = next(frames)
        time.sleep(1.0)
        next(frames)  # was decoded before or during the sleep
        newest = next(frames)
    assert newest.number - first.number >= 8
    assert newest.seconds - first.seconds > 0.8


def test_a_silent_stream_is_an_error() -> None:
    with rtsp_server() as (port, server), StreamSource(f"rtsp://127.0.0.1:{port}/main", silence=1.0) as source:
        frames = source.frames()
        next(frames)
        server.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        with pytest.raises(SourceError, match=r"silent for 1 s|no answer in time"):
            list(frames)
        assert time.monotonic() - begun < 4


def test_a_dead_server_is_an_error_without_the_password() -> None:
    with rtsp_server() as (port, server), StreamSource(f"rtsp://u:secret@127.0.0.1:{port}/main") as source:
        frames = source.frames()
        next(frames)
        server.kill()
        with pytest.raises(SourceError, match=r"ended|broke off") as caught:
            list(frames)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("speaks", [False, True])
def test_what_cannot_be_opened(speaks: bool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if speaks:
            listener.listen()  # accepts and never answers
        address = f"rtsp://u:secret@127.0.0.1:{listener.getsockname()[1]}/main"
        begun = time.monotonic()
        with pytest.raises(SourceError, match="cannot be opened") as caught:
            list(StreamSource(address, connecting=1.0, silence=1.0).frames())
        assert time.monotonic() - begun < 4
    assert "secret" not in str(caught.value)


class Watched:
    """A reconnecting stream that is read in a thread of its own."""

    def __init__(self, address: str) -> None:
        clock = StreamClock()
        self.states: list[StreamState] = []
        observer: StateObserver = lambda state, _: self.states.append(state)  # noqa: E731 - typed
        self.source = ReconnectingSource(
            lambda: StreamSource(address, silence=1.0, connecting=2.0, clock=clock),
            backoff=Backoff(first=0.1, longest=0.3),
            on_state=observer,
        )
        self.seen: list[tuple[int, float, datetime]] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        for frame in self.source.frames():
            self.seen.append((frame.number, frame.seconds, frame.time))

    def wait(self, ready: Callable[[], bool], limit: float = 15) -> None:
        until = time.monotonic() + limit
        while not ready() and time.monotonic() < until:
            time.sleep(0.02)
        assert ready(), (self.states, len(self.seen))


def test_comes_back_when_the_server_does() -> None:
    with rtsp_server() as (port, _):
        watched = Watched(f"rtsp://127.0.0.1:{port}/main")
        watched.wait(lambda: len(watched.seen) >= 3)
    watched.wait(lambda: StreamState.RECONNECTING in watched.states)
    before = len(watched.seen)
    with rtsp_server(port):
        watched.wait(lambda: len(watched.seen) >= before + 3)
        watched.source.close()
        watched.thread.join(timeout=5)
    assert not watched.thread.is_alive()
    assert watched.states[:3] == [StreamState.CONNECTING, StreamState.PLAYING, StreamState.RECONNECTING]
    assert watched.states[-2:] == [StreamState.PLAYING, StreamState.CLOSED]
    numbers, seconds, moments = zip(*watched.seen, strict=True)
    assert list(numbers) == sorted(set(numbers))
    assert list(seconds) == sorted(set(seconds))
    assert abs((moments[-1] - moments[0]).total_seconds() - (seconds[-1] - seconds[0])) < 2.1


def test_close_ends_a_wait_for_the_next_attempt() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"rtsp://127.0.0.1:{listener.getsockname()[1]}/main"
        watched = Watched(address)
        watched.wait(lambda: StreamState.RECONNECTING in watched.states)
        watched.source.close()
        watched.thread.join(timeout=3)
    assert not watched.thread.is_alive()
    assert watched.seen == []
