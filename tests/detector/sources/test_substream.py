"""Two streams of one camera, from real files, to the pictures that prove what the small one cannot show."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray

from detector.cli import Folder
from detector.pipeline import Pipeline
from detector.scene import Scene
from detector.sources import SourceError, open_source
from detector.watching import watch
from tests.detector.squares import paint, square_model

FPS, GROUP, SECONDS = 5, 10, 24
SPECK = (803, 621, 811, 629)


def film(path: Path, size: tuple[int, int], shows: Callable[[float], NDArray[np.uint8]]) -> Path:
    """H.264 with a key frame every two seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "sc_threshold": "0"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = GROUP
        stream.codec_context.time_base = Fraction(1, FPS)
        for number in range(SECONDS * FPS):
            pixels = np.asarray(cv2.resize(shows(number / FPS), size, interpolation=cv2.INTER_AREA), np.uint8)
            picture = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def street(seconds: float) -> NDArray[np.uint8]:
    return paint(1280, 720, *[("garbage", SPECK)] * (seconds >= 5))


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("camera")
    return film(folder / "main.mp4", (1280, 720), street), film(folder / "sub.mp4", (320, 180), street)


def test_each_frame_knows_the_newest_key_frame_of_the_main_stream(streams: tuple[Path, Path]) -> None:
    main, sub = streams
    with open_source(str(main), substream=str(sub)) as source:
        frames = list(source.frames())
    assert len(frames) == SECONDS * FPS
    for frame in frames:
        assert (frame.width, frame.height) == (320, 180)
        assert frame.main is not None
        assert (frame.main.width, frame.main.height) == (1280, 720)
        assert frame.main.seconds == pytest.approx(2 * (frame.seconds // 2))
    assert len({id(frame.main) for frame in frames}) == SECONDS / 2


def test_small_things_are_found_and_proved_by_the_main_stream(streams: tuple[Path, Path], tmp_path: Path) -> None:
    main, sub = streams
    zones = [{"name": "road", "kind": "carriageway", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], "tiles": True}]
    place = Scene.model_validate(
        {"camera": {"id": "gate-1"}, "zones": zones, "rules": {"garbage": {"min_seconds": 10}}}
    )
    model = square_model(input_size=320, garbage=0.6)
    shelf = Folder(tmp_path)
    with open_source(str(sub)) as source:
        assert not list(watch(source, model, Pipeline(place, thresholds=model.thresholds)))
    with open_source(str(main), substream=str(sub)) as source:
        (found,) = watch(source, model, Pipeline(place, thresholds=model.thresholds, shelf=shelf))
    assert found.box == pytest.approx(tuple(edge / 4 for edge in SPECK), abs=1)
    assert (found.width, found.height) == (320, 180)
    (last,) = [entry for entry in found.evidence if entry.role == "original" and entry.note == "end"]
    image = cv2.imread(str(tmp_path / last.file))
    assert image is not None
    assert image.shape == (720, 1280, 3)
    left, top, right, bottom = SPECK
    assert image[top + 2 : bottom - 2, left + 2 : right - 2, 2].min() > 150
    assert last.taken_at is not None
    assert last.taken_at <= found.ended_at


def test_without_its_main_stream_the_substream_goes_on(streams: tuple[Path, Path]) -> None:
    main, sub = streams
    with pytest.raises(SourceError, match="no such file"):
        open_source(str(main.with_name("gone.mp4")), substream=str(sub))
    empty = main.with_name("broken.mp4")
    empty.write_bytes(b"no video")
    with open_source(str(empty), substream=str(sub)) as source:
        frames = list(source.frames())
    assert len(frames) == SECONDS * FPS
    assert all(frame.main is None for frame in frames)
