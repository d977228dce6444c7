"""A camera that dozes decodes little and leaves nothing out: the pictures are the real decoder's, frame by frame."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from structlog.testing import capture_logs

from detector.sources import Luma, VideoSource
from detector.sources.dozing import DozingDecoder

FPS, GROUP = 10, 20
STREET = np.random.default_rng(5).integers(60, 180, (120, 160, 3), dtype=np.uint8)


def film(path: Path, seconds: int, visits: list[tuple[float, float]], group: int = GROUP) -> Path:
    """A still street, H.264, with somebody in it at some times."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "sc_threshold": "0"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.gop_size = group
        stream.codec_context.time_base = Fraction(1, FPS)
        for number in range(seconds * FPS):
            image = STREET.copy()
            for start, end in visits:
                if start <= number / FPS < end:
                    x = int((number / FPS - start) / (end - start) * 140)
                    image[40:80, x : x + 16] = 255 - image[40:80, x : x + 16]
            picture = av.VideoFrame.from_ndarray(image, format="bgr24")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


class Watcher:
    """Lets a camera sleep while its key frames look like the first one."""

    def __init__(self) -> None:
        self.first: Luma | None = None
        self.awake = False

    def may_sleep(self) -> bool:
        return not self.awake

    def is_disturbed(self, luma: Luma) -> bool:
        self.first = luma if self.first is None else self.first
        self.awake = float(np.abs(luma.astype(int) - self.first).max()) > 60
        return self.awake


def numbers(path: Path, watcher: Watcher | None = None) -> list[int]:
    with VideoSource(path) as source:
        if watcher is not None:
            source.spare(watcher)
        return [round(frame.seconds * FPS) for frame in source.frames()]


def test_an_empty_street_gives_its_key_frames_and_its_end(tmp_path: Path) -> None:
    path = film(tmp_path / "still.mp4", 20, [])
    with capture_logs() as logs:
        given = numbers(path, Watcher())
    assert logs == [], "what was slept through is not missing"
    assert given[:9] == [n * GROUP for n in range(9)]
    assert len(given) <= 200 // GROUP + GROUP
    assert given[-1] == 199, "the last group is caught up with: something may have moved at the very end"


@pytest.mark.parametrize("start", [6.1, 6.9, 7.7])
def test_who_comes_is_in_every_picture_from_the_first_on(tmp_path: Path, start: float) -> None:
    given = numbers(film(tmp_path / "visit.mp4", 14, [(start, start + 4)]), Watcher())
    visit = set(range(round(start * FPS), round((start + 4) * FPS)))
    assert visit <= set(given)
    assert given == sorted(set(given)), "in order, none twice"
    assert len(given) < 140, "before that it slept"


def test_who_comes_and_goes_between_two_key_frames_is_given_away_by_the_packets(tmp_path: Path) -> None:
    given = numbers(film(tmp_path / "dash.mp4", 14, [(8.3, 9.3)]), Watcher())
    assert set(range(83, 93)) <= set(given)


def test_nobody_sleeps_through_long_groups(tmp_path: Path) -> None:
    path = film(tmp_path / "long.mp4", 16, [], group=80)
    assert numbers(path, Watcher()) == numbers(path)


def test_pictures_are_those_of_a_decoder_that_is_awake(tmp_path: Path) -> None:
    path = film(tmp_path / "visit.mp4", 12, [(6.3, 10)])
    with VideoSource(path) as source:
        awake = {frame.number: (frame.seconds, frame.image) for frame in source.frames()}
    by_time = {round(seconds * FPS): image for seconds, image in awake.values()}
    with VideoSource(path) as source:
        source.spare(Watcher())
        for frame in source.frames():
            assert (frame.image == by_time[round(frame.seconds * FPS)]).all()


def test_a_time_that_stands_still_hides_no_picture(tmp_path: Path) -> None:
    """All pictures of such a camera claim the time of the key frame that was given while it slept."""
    watcher = Watcher()
    given = 0
    with av.open(str(film(tmp_path / "street.mkv", 12, [(5, 8)]))) as container:
        stream = container.streams.video[0]
        decoder = DozingDecoder(stream.codec_context, watcher)
        for packet in container.demux(stream):
            packet.pts = packet.dts = 0
            pictures = decoder.decode(packet)
            given += len(pictures) if watcher.awake else 0
    assert given >= 2 * GROUP
