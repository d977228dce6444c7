import io
import itertools
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from detector.sources import Backoff, ReconnectingSource, SourceError, StreamSource, StreamState, stream
from detector.sources.clock import StreamClock
from detector.sources.decoded import Decoded
from detector.sources.dozing import DozingDecoder
from detector.sources.reconnecting import StateObserver
from tests.detector.live import rtsp_server


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


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_pictures_that_change_their_size(codec: str) -> None:
    """Without a new connection: a stream that is set up anew on the camera's page, or adapts to a weak line."""
    with (
        rtsp_server("--codec", codec) as (port, server),
        StreamSource(f"rtsp://127.0.0.1:{port}/main") as source,
    ):
        frames = []
        for frame in source.frames():
            frames.append(frame)
            if len(frames) == 5:
                server.send_signal(signal.SIGUSR1)
            if len(frames) > 5 and [f.width for f in frames[-6:]] == [640] * 6:
                break
    sizes = [frame.image.shape[:2] for frame in frames]
    assert sizes[0] == (240, 320)
    assert sizes[-1] == (480, 640)
    assert sizes == sorted(sizes)
    seconds = [frame.seconds for frame in frames]
    assert seconds == sorted(set(seconds))
    if codec == "h265":
        return
    ring = frames[-1].packets
    assert ring is not None
    cut = ring.cut(frames[0].time, frames[-1].time)
    assert cut is not None
    with av.open(io.BytesIO(cut.mp4())) as clip:
        assert {picture.width for picture in clip.decode(video=0)} == {320, 640}


@pytest.mark.parametrize("password", ["right", "wrong", None])
def test_a_camera_that_asks_for_a_password(password: str | None) -> None:
    login = f"viewer:{password}%40@" if password else ""
    with rtsp_server("--login", "viewer:right@") as (port, _):
        source = StreamSource(f"rtsp://{login}127.0.0.1:{port}/main")
        with source:
            if password == "right":
                assert next(source.frames()).width == 320
                return
            with pytest.raises(SourceError, match="check user name and password") as caught:
                next(source.frames())
    line = str(caught.value)
    assert line.startswith(f"rtsp://{'***@' if password else ''}127.0.0.1:{port}/main: cannot be opened: ")
    assert "\n" not in line
    assert "viewer" not in line
    assert "wrong" not in line


def test_a_path_that_is_not_there() -> None:
    with (
        rtsp_server() as (port, _),
        StreamSource(f"rtsp://127.0.0.1:{port}/other") as source,
        pytest.raises(SourceError, match=r"404.*check the path"),
    ):
        next(source.frames())


def test_packets_that_overtake_each_other() -> None:
    """UDP promises no order. Where nothing puts them in order again, all pictures are damaged and none comes."""
    with (
        rtsp_server("--network", "shuffled") as (port, _),
        StreamSource(f"rtsp://127.0.0.1:{port}/main?transport=udp") as source,
    ):
        frames = [frame for frame, _ in zip(source.frames(), range(20), strict=False)]
    sent = 1 + round((frames[-1].seconds - frames[0].seconds) / 0.1)
    assert len(frames) > 0.6 * sent


def test_pictures_with_missing_packets_are_left_out(crossroad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a decoder makes up for them is no evidence."""
    decoded: list[bool] = []
    given: list[bool] = []

    class Decoder(DozingDecoder):
        def decode(self, packet: "av.Packet[VideoStream]") -> list[av.VideoFrame]:
            pictures = super().decode(packet)
            decoded.extend(picture.is_corrupt for picture in pictures)
            return pictures

    class Given(Decoded):
        def __init__(self, frame: av.VideoFrame) -> None:
            given.append(frame.is_corrupt)
            super().__init__(frame)

    monkeypatch.setattr(stream, "DozingDecoder", Decoder)
    monkeypatch.setattr(stream, "Decoded", Given)
    with (
        rtsp_server("--network", "lossy", "--clip", str(crossroad)) as (port, _),
        StreamSource(f"rtsp://127.0.0.1:{port}/main?transport=udp") as source,
    ):
        for _ in source.frames():
            if sum(decoded) >= 3:
                break
    assert given
    assert not any(given)


@pytest.mark.skipif(shutil.which("faketime") is None, reason="needs a clock to set: apt-get install faketime")
def test_a_camera_whose_clock_is_a_day_off() -> None:
    """When a frame was captured is said by this machine's clock; the camera's timestamps only say how far apart."""
    with rtsp_server(skew="+24h") as (port, _), StreamSource(f"rtsp://127.0.0.1:{port}/main") as source:
        frames = [frame for frame, _ in zip(source.frames(), range(5), strict=False)]
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
    with rtsp_server("--clip", str(crossroad)) as (port, _), StreamSource(f"rtsp://127.0.0.1:{port}/main") as source:
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
    with rtsp_server("--port", str(port)):
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
