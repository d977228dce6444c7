"""Every contestant on the first seconds of the crossroad, in this process."""

from pathlib import Path

import av
import pytest

from benchmarks.contest import bare, decoding, ours
from benchmarks.contest.clips import Clip, clip
from benchmarks.contest.events import score
from benchmarks.contest.outcome import Outcome
from tests.detector.conftest import SHARED

FRAMES = 50


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """The crossroad's first packets as they are, and its truth."""
    road = clip("crossroad", SHARED, Path("runs"))
    if not road.path.is_file():
        pytest.skip(f"needs the real clip {road.path}")
    target = tmp_path_factory.mktemp("clip") / "start.avi"
    with av.open(str(road.path)) as whole, av.open(str(target), "w") as part:
        stream = part.add_stream_from_template(whole.streams.video[0])
        for number, packet in enumerate(whole.demux(video=0)):
            if number == FRAMES:
                break
            packet.stream = stream
            part.mux(packet)
    return Clip("crossroad", target, road.scene, road.truths)


def on_the_road(made: Outcome, start: Clip) -> None:
    assert made.frames == FRAMES
    assert min(made.wall_s, made.cpu_s) > 0
    assert made.versions
    found = score(made.events, start.truths)
    assert found.found >= 2, "three people walk there from the start"
    assert found.extra == 0


def test_ours(start: Clip) -> None:
    made = ours.run("every", start)
    on_the_road(made, start)
    assert made.note == f"{FRAMES} looks"


def test_bare_model_and_decoding(start: Clip) -> None:
    for made in (bare.run("lanes", start), decoding.run(start)):
        assert (made.frames, made.events) == (FRAMES, ())
        assert min(made.wall_s, made.cpu_s) > 0


@pytest.mark.train
def test_ultralytics(start: Clip) -> None:
    pytest.importorskip("ultralytics")
    from benchmarks.contest import ultralytics_track  # noqa: PLC0415 - needs the extra

    on_the_road(ultralytics_track.run(start), start)


@pytest.mark.train
def test_supervision(start: Clip) -> None:
    pytest.importorskip("ultralytics")
    pytest.importorskip("supervision")
    from benchmarks.contest import supervision_zone  # noqa: PLC0415 - needs the extra

    on_the_road(supervision_zone.run(start), start)
