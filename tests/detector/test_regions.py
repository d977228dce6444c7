import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.detections import Detections, ObjectClass
from detector.regions import MAX_TILES, merge_tiles, plan_tiles, wants_tiles

GARBAGE, BUTT = int(ObjectClass.GARBAGE), int(ObjectClass.CIGARETTE_BUTT)


def seen(*rows: tuple[float, float, float, float, int, float]) -> Detections:
    if not rows:
        return Detections()
    table = np.array(rows, np.float32)
    return Detections(table[:, :4], table[:, 4].astype(np.int64), table[:, 5])


@given(
    st.integers(1, 20_000), st.integers(1, 20_000), st.sampled_from([320, 640, 960]), st.sampled_from([0.0, 0.2, 0.5])
)
def test_tiles_cover_the_picture_and_overlap(width: int, height: int, side: int, overlap: float) -> None:
    plan = plan_tiles(width, height, side, overlap=overlap)
    assert 1 <= len(plan.tiles) <= MAX_TILES
    assert plan.width <= width
    assert plan.height <= height
    left, top, right, bottom = plan.tiles.T
    assert left.min() == top.min() == 0
    assert (right.max(), bottom.max()) == (plan.width, plan.height)
    assert len({(r - le, b - t) for le, t, r, b in plan.tiles.tolist()}) == 1
    for low, high in ((left, right), (top, bottom)):
        edges = sorted(set(zip(low.tolist(), high.tolist(), strict=True)))
        for (_, end), (start, _) in itertools.pairwise(edges):
            assert end - start >= overlap * side - 1


def test_a_hundred_megapixels_stay_bounded() -> None:
    for width, height in ((10_000, 10_000), (100_000, 1_000), (1_000, 100_000), (4_000, 3_000)):
        plan = plan_tiles(width, height, 640)
        assert len(plan.tiles) <= MAX_TILES
        assert abs(plan.width / plan.height - width / height) / (width / height) < 0.01
    assert plan_tiles(4_000, 3_000, 640).width == 4_000  # 12 megapixels are looked at as they are


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(960, 960, False), (961, 10, True), (640, 480, False), (4000, 3000, True)]
)
def test_wants_tiles(width: int, height: int, expected: bool) -> None:
    assert wants_tiles(width, height, 640) is expected


@pytest.mark.parametrize("bad", [{"width": 0}, {"side": 0}, {"overlap": 1.0}, {"most": 0}])
def test_bad_numbers_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="cannot tile"):
        plan_tiles(**{"width": 100, "height": 100, "side": 64, **bad})  # type: ignore[arg-type] # that is the test


TILES = np.array([[0, 0, 640, 640], [512, 0, 1152, 640]], np.float32)
WHOLE = np.array([[0, 0, 1152, 640], [0, 0, 640, 640], [512, 0, 1152, 640]], np.float32)

CASES = {
    "seen by both tiles": (
        TILES,
        [seen((530, 10, 600, 60, GARBAGE, 0.8)), seen((531, 10, 601, 61, GARBAGE, 0.7))],
        [(530, 10, 600, 60, GARBAGE, 0.8)],
    ),
    "cut by one, whole in the other": (
        TILES,
        [seen((560, 10, 640, 60, GARBAGE, 0.9)), seen((560, 10, 700, 60, GARBAGE, 0.7))],
        [(560, 10, 700, 60, GARBAGE, 0.9)],
    ),
    "a sliver of it": (
        TILES,
        [seen((637, 10, 640, 60, GARBAGE, 0.5)), seen((638, 10, 1150, 60, GARBAGE, 0.7))],
        [(638, 10, 1150, 60, GARBAGE, 0.7)],
    ),
    "cut by both": (
        TILES,
        [seen((400, 100, 640, 300, GARBAGE, 0.9)), seen((512, 110, 800, 305, GARBAGE, 0.6))],
        [(400, 100, 800, 305, GARBAGE, 0.9)],
    ),
    "little more than the overlap, cut by both": (
        TILES,
        [seen((500, 100, 640, 300, GARBAGE, 0.9)), seen((512, 100, 652, 300, GARBAGE, 0.6))],
        [(500, 100, 652, 300, GARBAGE, 0.9)],
    ),
    "cut by both, whole from afar": (
        WHOLE,
        [
            seen((401, 101, 799, 303, GARBAGE, 0.5)),
            seen((400, 100, 640, 300, GARBAGE, 0.9)),
            seen((512, 110, 800, 305, GARBAGE, 0.6)),
        ],
        [(401, 101, 799, 303, GARBAGE, 0.9)],
    ),
    "two things that meet at the cut": (
        TILES,
        [seen((600, 100, 640, 200, GARBAGE, 0.9)), seen((512, 300, 560, 400, GARBAGE, 0.8))],
        [(600, 100, 640, 200, GARBAGE, 0.9), (512, 300, 560, 400, GARBAGE, 0.8)],
    ),
    "other classes never mix": (
        TILES,
        [seen((560, 10, 640, 60, GARBAGE, 0.9)), seen((560, 10, 700, 60, BUTT, 0.7))],
        [(560, 10, 640, 60, GARBAGE, 0.9), (560, 10, 700, 60, BUTT, 0.7)],
    ),
    "neighbours in one tile stay two": (
        TILES,
        [seen((10, 10, 60, 60, GARBAGE, 0.9), (35, 10, 85, 60, GARBAGE, 0.8)), seen()],
        [(10, 10, 60, 60, GARBAGE, 0.9), (35, 10, 85, 60, GARBAGE, 0.8)],
    ),
    "the picture's own edge cuts nothing": (
        TILES,
        [seen((0, 0, 100, 640, GARBAGE, 0.9)), seen((1000, 0, 1152, 640, GARBAGE, 0.8))],
        [(0, 0, 100, 640, GARBAGE, 0.9), (1000, 0, 1152, 640, GARBAGE, 0.8)],
    ),
    "nothing": (TILES, [seen(), seen()], []),
}


@pytest.mark.parametrize("case", CASES)
def test_merge(case: str) -> None:
    tiles, parts, expected = CASES[case]
    merged = merge_tiles(parts, tiles, 1152, 640, side=640)
    rows = [(*box.tolist(), int(kind), round(confidence, 3)) for box, kind, confidence, _ in merged]
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        assert row == pytest.approx(wanted)


def test_a_thing_over_four_tiles_is_joined() -> None:
    plan = plan_tiles(1152, 1152, 640)
    thing = np.array([300, 250, 900, 1000], np.float32)
    parts = []
    for tile in plan.tiles.astype(np.float32):
        low, high = np.maximum(thing[:2], tile[:2]), np.minimum(thing[2:], tile[2:])
        parts.append(seen((*low, *high, GARBAGE, 0.7)))
    merged = merge_tiles(parts, plan.tiles.astype(np.float32), 1152, 1152, side=640)
    assert merged.xyxy.tolist() == [thing.tolist()]


def test_a_thousand_boxes() -> None:
    rng = np.random.default_rng(2)
    corner = rng.uniform(0, 600, (1000, 2)).astype(np.float32)
    many = Detections(
        np.concatenate([corner, corner + 30], axis=1), np.full(1000, GARBAGE), np.full(1000, 0.5, np.float32)
    )
    assert 0 < len(merge_tiles([many, many], TILES, 1152, 640, side=640)) <= 1000
