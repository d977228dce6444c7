import io
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream

from detector.sources import PacketRing, VideoSource
from tests.detector.sources.conftest import VideoMaker

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 s of H.264, ten frames a second, a key frame every two seconds."""
    path = tmp_path_factory.mktemp("h264") / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast", "g": "20"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(600):
            coarse = np.random.default_rng(number // 3).integers(0, 255, (6, 8, 3), dtype=np.uint8)
            picture = av.VideoFrame.from_ndarray(cv2.resize(coarse, (160, 120)), format="bgr24")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def seconds(n: float) -> datetime:
    return NOON + timedelta(seconds=n)


def played(path: Path) -> PacketRing:
    with VideoSource(path, start=NOON) as source:
        frames = list(source.frames())
    assert frames[-1].packets is not None
    return frames[-1].packets


@pytest.mark.parametrize(("first", "last"), [(40, 50), (41.3, 47.7), (55, 70)])
def test_what_the_camera_encoded_from_the_key_frame_before(clip: Path, first: float, last: float) -> None:
    cut = played(clip).cut(seconds(first), seconds(last))
    assert cut is not None
    content, began = cut.mp4(), cut.began
    begin = (began - NOON).total_seconds()
    assert first - 2 <= begin <= first
    assert 0 < content.find(b"moov") < content.find(b"mdat")
    with av.open(io.BytesIO(content)) as mine, av.open(str(clip)) as whole:
        got = [frame.to_ndarray(format="bgr24") for frame in mine.decode(video=0)]
        everything = [frame.to_ndarray(format="bgr24") for frame in whole.decode(video=0)]
    start = round(begin * 10)
    assert len(got) == min(round(last * 10) + 1, 600) - start
    assert all((a == b).all() for a, b in zip(got, everything[start:], strict=False))  # nothing was encoded again


def test_memory_has_a_limit_and_groups_stay_whole(clip: Path) -> None:
    ring = PacketRing(most_bytes=40_000)
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        ring.open(stream)
        for packet in container.demux(stream):
            ring.add(packet)
            assert ring.size <= 40_000
    ring.mark(0.0, NOON)
    cut = ring.cut(seconds(0), seconds(60))
    assert cut is None or (cut.began - NOON).total_seconds() % 2 == pytest.approx(0, abs=0.01)


def test_old_packets_go(clip: Path) -> None:
    ring = played(clip)
    assert ring.cut(seconds(0), seconds(20)) is None
    cut = ring.cut(seconds(0), seconds(40))
    assert cut is not None
    assert (cut.began - NOON).total_seconds() == pytest.approx(32, abs=0.2)


@pytest.mark.parametrize("codec", ["mpeg4", "mjpeg"])
def test_other_codecs_are_not_kept(make_video: VideoMaker, codec: str) -> None:
    ring = played(make_video(codec=codec, name="clip.mkv"))
    assert ring.size == 0
    assert ring.cut(seconds(0), seconds(2)) is None


def test_a_new_connection_begins_anew(clip: Path) -> None:
    ring = played(clip)
    with av.open(str(clip)) as container:
        ring.open(container.streams.video[0])
    assert ring.size == 0
    assert ring.cut(seconds(40), seconds(50)) is None


def restamped(clip: Path, stamp: Callable[[int], int]) -> PacketRing:
    """A ring of the clip's first 20 s, whose pictures claim other times, in milliseconds."""
    ring = PacketRing()
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        ring.open(stream)
        for number, packet in enumerate(itertools.islice(container.demux(stream), 200)):
            packet.time_base = Fraction(1, 1000)
            packet.pts = packet.dts = stamp(number)
            ring.add(packet)
    return ring


def test_a_repeated_time_loses_nothing(clip: Path) -> None:
    """A key frame that comes in two parts, or a camera that counts in whole seconds."""
    ring = restamped(clip, lambda number: number // 2 * 200)
    ring.mark(0.0, NOON)
    cut = ring.cut(seconds(4), seconds(16))
    assert cut is not None
    with av.open(io.BytesIO(cut.mp4())) as file:
        assert len(list(file.decode(video=0))) == 121


@pytest.mark.parametrize("jump", [3_600_000, -19_000])
def test_what_lay_before_a_jump_of_time_goes(clip: Path, jump: int) -> None:
    """Its times fit nothing any more: kept, they would prove the wrong moment."""
    ring = restamped(clip, lambda number: 20_000 + number * 100 + (jump if number >= 100 else 0))
    ring.mark(30.0 + jump / 1000, seconds(10))
    cut = ring.cut(seconds(0), seconds(20))
    assert cut is not None
    assert cut.began == seconds(10)


def test_times_of_no_use_are_not_kept(clip: Path) -> None:
    ring = restamped(clip, lambda number: number * 100)
    ring.mark(0.0, NOON)
    ring.give_up()
    assert ring.size == 0
    assert ring.cut(seconds(0), seconds(20)) is None
