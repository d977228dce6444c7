import itertools
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from structlog.testing import capture_logs

from detector.sources import Frame, SourceError, VideoSource, open_source
from detector.sources.decoded import Decoded
from tests.detector.sources.conftest import VideoMaker

START = datetime(2026, 11, 24, 4, tzinfo=UTC)


def play(path: Path, **options: object) -> list[Frame]:
    with VideoSource(path, start=START, **options) as source:  # type: ignore[arg-type] # options of several types
        return list(source.frames())


def test_times_come_from_timestamps(make_video: VideoMaker) -> None:
    frames = play(make_video(stamps=[0, 100, 150, 900, 4000]))
    assert [round(frame.seconds, 3) for frame in frames] == [0.0, 0.1, 0.15, 0.9, 4.0]
    assert frames[-1].time == START + timedelta(seconds=4)
    assert [frame.number for frame in frames] == [0, 1, 2, 3, 4]


def test_frames_are_pictures_that_nobody_may_change(make_video: VideoMaker) -> None:
    frame = play(make_video(stamps=[0, 100]))[1]
    assert (frame.width, frame.height) == (64, 48)
    assert frame.image.dtype == np.uint8
    assert abs(float(frame.image.mean()) - 8) < 4
    with pytest.raises(ValueError, match="read-only"):
        frame.image[0, 0] = 255


def test_loop_goes_on_in_time(make_video: VideoMaker) -> None:
    source = VideoSource(make_video(stamps=[0, 100, 200]), start=START, loop=True)
    frames = [frame for frame, _ in zip(source.frames(), range(7), strict=False)]
    assert [round(frame.seconds, 3) for frame in frames] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert [frame.number for frame in frames] == list(range(7))


def test_real_pace_waits_for_the_time_of_each_frame(make_video: VideoMaker) -> None:
    path = make_video(stamps=[0, 100, 200, 300, 400])
    begun = time.monotonic()
    frames = play(path, pace="real")
    assert len(frames) == 5
    assert 0.38 <= time.monotonic() - begun < 2


def test_real_pace_drops_late_frames_and_counts_them(make_video: VideoMaker) -> None:
    numbers = []
    for frame in VideoSource(make_video(stamps=range(0, 1600, 50)), pace="real").frames():
        numbers.append(frame.number)
        time.sleep(0.3)
    assert len(numbers) < 16
    assert numbers == sorted(numbers)


def test_close_ends_a_sleep(make_video: VideoMaker) -> None:
    source = VideoSource(make_video(stamps=[0, 60_000]), pace="real")
    frames = source.frames()
    next(frames)
    source.close()
    begun = time.monotonic()
    assert list(frames) == []
    assert time.monotonic() - begun < 1


def test_start_is_what_the_file_says(make_video: VideoMaker) -> None:
    path = make_video("clip.mp4", created="2026-05-01T08:00:00.000000Z")
    assert next(VideoSource(path).frames()).time == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert next(VideoSource(path, pace="real").frames()).time > datetime(2026, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.77])
def test_a_file_that_ends_mid_frame_gives_what_there_is(make_video: VideoMaker, tmp_path: Path, share: float) -> None:
    whole = make_video("whole.mkv", stamps=range(0, 4000, 100), codec="mjpeg").read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with capture_logs() as logs:
        frames = play(cut)
    assert 40 * share * 0.5 < len(frames) < 40
    assert [entry["event"] for entry in logs] == ["the video ends early or is damaged"]


def test_the_real_clip_cut_in_half(crossroad: Path, tmp_path: Path) -> None:
    content = crossroad.read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(content[: len(content) // 8 + 333])
    with capture_logs() as logs:
        frames = play(cut)
    assert 60 < len(frames) < 120
    assert len(logs) == 1


def test_the_real_clip(crossroad: Path) -> None:
    frame = next(iter(open_source(str(crossroad), start=START).frames()))
    assert (frame.width, frame.height, frame.number, frame.time) == (768, 576, 0, START)


def test_timestamps_that_run_backwards_are_repaired(make_video: VideoMaker, tmp_path: Path) -> None:
    # Two clips one behind the other: raw frames carry no order of their own, so the second starts at 0 again.
    first = make_video("a.ts", stamps=range(0, 500, 100), codec="libx264").read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first + first)
    with capture_logs() as logs:
        frames = play(joined)
    seconds = [frame.seconds for frame in frames]
    assert len(frames) >= 9
    assert all(b > a for a, b in itertools.pairwise(seconds))
    assert "timestamps repaired from the average rate" in [entry["event"] for entry in logs]


def test_a_camera_that_changes_size_mid_stream(make_video: VideoMaker, tmp_path: Path) -> None:
    small = make_video("small.ts", stamps=range(0, 500, 100), codec="libx264").read_bytes()
    large = make_video("large.ts", stamps=range(500, 1000, 100), codec="libx264", size=(128, 96)).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small + large)
    sizes = [(frame.width, frame.height) for frame in play(joined)]
    assert set(sizes) == {(64, 48), (128, 96)}
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"", "cannot be opened as a video"), (b"not a video" * 99, "cannot be opened as a video")],
)
def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "x.avi"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=fault) as caught:
        play(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(SourceError, match="holds no video"):
        play(path)


@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (90, (-1, 0)), (-90, (0, -1)), (180, (-1, -1))])
def test_a_film_is_turned_upright(rotation: int, corner: tuple[int, int]) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:16, :16] = 255
    lying = av.VideoFrame.from_ndarray(pixels, format="bgr24")

    class Turned:
        """A decoded picture; PyAV itself cannot write the matrix that turns one."""

        def __init__(self) -> None:
            self.rotation = rotation

        def __getattr__(self, name: str) -> object:
            return getattr(lying, name)

    frame = Frame(Decoded(Turned()), START, 0.0, 0)  # type: ignore[arg-type] # what it does not have, the real one has
    size = (frame.height, frame.width)
    image = frame.image
    assert image.shape[:2] == size == frame.luma().shape == ((64, 48) if rotation in (90, -90) else (48, 64))
    assert int(frame.luma()[corner]) == 255
    assert image[corner].tolist() == [255, 255, 255]
    assert int(image.sum()) == 16 * 16 * 3 * 255
