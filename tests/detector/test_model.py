from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from detector.detections import Detections, ObjectClass
from detector.letterbox import Letterbox
from detector.model import MAX_BATCH, Model
from detector.registry import ModelError, Registry
from detector.sources import open_source
from tests.detector.squares import CLASSES, SquareRuntime, paint, square_model

Rectangle = tuple[str, tuple[int, int, int, int]]


def boxes(detections: Detections) -> list[tuple[str, list[int]]]:
    return sorted((kind.label, [round(float(edge)) for edge in box]) for box, kind, _, _ in detections)


def agree(detections: Detections, rectangles: Sequence[Rectangle], tolerance: float) -> bool:
    """Whether there is exactly one detection for each rectangle, every edge within ``tolerance`` pixels."""
    if len(detections) != len(rectangles):
        return False
    rows = [(kind.label, box) for box, kind, _, _ in detections]
    return all(
        sum(label == name and float(np.abs(box - expected).max()) <= tolerance for label, box in rows) == 1
        for name, expected in rectangles
    )


@pytest.mark.parametrize("output", ["end2end", "plain"])
@pytest.mark.parametrize("size", [(320, 240), (640, 480), (333, 517), (1920, 1080), (64, 48)])
def test_boxes_come_back_in_pixels_of_the_picture(output: str, size: tuple[int, int]) -> None:
    width, height = size
    rectangles: list[Rectangle] = [
        ("garbage", (width // 8, height // 8, width // 3, height // 3)),
        ("e_tricycle", (width // 2, height // 2, width, height)),
    ]
    (seen,) = square_model(output).detect([paint(width, height, *rectangles)])
    assert agree(seen, rectangles, tolerance=max(1.0, 1.5 * max(size) / 320)), boxes(seen)
    assert seen.confidence.tolist() == sorted(seen.confidence.tolist(), reverse=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(200, 900), st.integers(200, 900), st.data())
def test_any_rectangle_in_any_picture(width: int, height: int, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, width - 60))
    top = data.draw(st.integers(0, height - 60))
    right = data.draw(st.integers(left + 50, width))
    bottom = data.draw(st.integers(top + 50, height))
    rectangle: Rectangle = ("person", (left, top, right, bottom))
    (seen,) = square_model().detect([paint(width, height, rectangle)])
    assert agree(seen, [rectangle], tolerance=1.5 * max(width, height, 320) / 320)


def test_pictures_of_one_shape_share_a_call() -> None:
    model = square_model()
    runtime = model.runtime
    assert isinstance(runtime, SquareRuntime)
    runtime.calls.clear()
    small: Rectangle = ("garbage", (10, 10, 90, 90))
    images = [paint(320, 240, small), paint(320, 320), paint(640, 480, small), *[paint(320, 240)] * 8]
    seen = model.detect(images)
    assert [len(found) for found in seen] == [1, 0, 1, *[0] * 8]
    assert sum(shape[0] for shape in runtime.calls) == len(images)
    batches = [call[0] for call in runtime.calls if call[1:] == (3, 256, 320)]
    assert sum(batches) == 10
    assert len(batches) == -(-10 // MAX_BATCH)
    assert max(batches) == MAX_BATCH > 1
    assert model.detect([]) == []


def test_steps_one_by_one_agree_with_detect() -> None:
    model = square_model()
    image = paint(640, 480, ("garbage", (100, 100, 300, 200)))
    buffer = np.empty((2, 3, 256, 320), np.float32)
    tensor, letterbox = model.prepare(image, buffer[0])
    assert np.shares_memory(tensor, buffer)
    model.prepare(image, buffer[1])
    both = model.decode(model.infer(buffer), [letterbox, letterbox])
    assert [boxes(found) for found in both] == [boxes(model.detect([image])[0])] * 2


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        (None, ["garbage", "person"]),  # as registered: garbage 0.4, person 0.25 because nothing is said
        (0.95, []),
        (0.6, ["person"]),
        ({ObjectClass.GARBAGE: 0.6}, ["person"]),
        ({ObjectClass.BUS: 0.1}, ["garbage", "person"]),
    ],
)
@pytest.mark.parametrize("output", ["end2end", "plain"])
def test_thresholds(output: str, confidence: float | dict[ObjectClass, float] | None, expected: list[str]) -> None:
    model = square_model(output, garbage=0.4)
    image = paint(320, 256, ("garbage", (10, 10, 15, 90)), ("person", (100, 50, 200, 90)))
    (seen,) = model.detect([image], confidence=confidence)
    assert [name for name, _ in boxes(seen)] == expected


def test_thresholds_by_class() -> None:
    assert square_model(garbage=0.4).thresholds == pytest.approx(
        {ObjectClass.GARBAGE: 0.4, ObjectClass.E_TRICYCLE: 0.25, ObjectClass.PERSON: 0.25}
    )


CALIBRATED = {"garbage": (1.0, 4.0)}
"""Garbage is seen at 0.5 (narrow) and 0.9; with 4 added to the log-odds that is 0.982 and 0.998."""


@pytest.mark.parametrize("output", ["end2end", "plain"])
@pytest.mark.parametrize(
    ("confidence", "expected"),
    [(None, ["garbage", "garbage", "person"]), (0.95, ["garbage", "garbage"]), (0.99, ["garbage"]), (0.999, [])],
)
def test_calibrated_confidences_are_what_limits_mean(
    output: str, confidence: float | None, expected: list[str]
) -> None:
    plain = square_model(output, garbage=0.4)
    model = Model(plain.entry.model_copy(update={"calibration": CALIBRATED}), plain.runtime)
    image = paint(
        320, 256, ("garbage", (10, 10, 15, 90)), ("garbage", (30, 10, 60, 90)), ("person", (100, 50, 200, 90))
    )
    (seen,) = model.detect([image], confidence=confidence)
    assert [name for name, _ in boxes(seen)] == expected
    assert (np.diff(seen.confidence) <= 0).all(), "the surest first, also across classes"
    if confidence is None:
        np.testing.assert_allclose(np.sort(seen.confidence), [0.9, 0.982, 0.998], atol=0.001)


BOX = Letterbox.fit(320, 320, long_side=320, stride=32)


@pytest.mark.parametrize(
    ("row", "kept", "logged"),
    [
        ((10, 10, 50, 50, 0.9, 0), True, False),
        ((10, 10, 50, 50, 0.9, 3), False, False),  # no such class
        ((10, 10, 50, 50, 0.9, -1), False, False),
        ((50, 10, 10, 50, 0.9, 0), False, False),  # inside out
        ((10, 10, 10.2, 50, 0.9, 0), False, False),
        ((-90, 10, -50, 50, 0.9, 0), False, False),  # beside the picture
        ((np.nan, 10, 50, 50, 0.9, 0), False, True),
        ((10, 10, np.inf, 50, 0.9, 0), False, True),
        ((10, 10, 50, 50, np.nan, 0), False, True),
        ((10, 10, 50, 50, 0.9, np.nan), False, True),
    ],
)
def test_faulty_rows_are_dropped(row: tuple[float, ...], kept: bool, logged: bool) -> None:
    raw = np.zeros((1, 300, 6), np.float32)
    raw[0, 0] = row
    with capture_logs() as logs:
        (seen,) = square_model().decode(raw, [BOX])
    assert len(seen) == kept
    assert bool(logs) is logged


def test_faulty_plain_columns_are_dropped() -> None:
    raw = np.zeros((1, 4 + len(CLASSES), 600), np.float32)
    raw[0, :5, 0] = 100, 100, 50, 50, 0.9
    raw[0, :5, 1] = np.nan, 100, 50, 50, 0.9
    raw[0, :5, 2] = 200, 200, 50, 50, np.nan
    with capture_logs() as logs:
        (seen,) = square_model("plain").decode(raw, [BOX])
    assert boxes(seen) == [("garbage", [75, 75, 125, 125])]
    assert logs


def test_plain_output_keeps_objects_of_two_classes_at_one_place() -> None:
    raw = np.zeros((1, 4 + len(CLASSES), 600), np.float32)
    raw[0, :4, :4] = np.array([100, 100, 50, 50], np.float32)[:, None]
    raw[0, 4, :2] = 0.9, 0.8
    raw[0, 5, 2:4] = 0.7, 0.6
    (seen,) = square_model("plain").decode(raw, [BOX])
    assert [(kind.label, round(confidence, 1)) for _, kind, confidence, _ in seen] == [
        ("garbage", 0.9),
        ("e_tricycle", 0.7),
    ]


def test_a_wrong_registry_entry_is_found_before_the_first_picture() -> None:
    entry = square_model("plain").entry
    with pytest.raises(ModelError, match=r"shape \(1, 300, 6\) is no plain output of 3 classes"):
        Model(entry, SquareRuntime("end2end"))


SPOTS: list[Rectangle] = [
    ("garbage", (20, 20, 24, 23)),  # too small to be seen from afar
    ("garbage", (250, 250, 266, 262)),  # where tiles meet
    ("person", (300, 100, 620, 900)),  # over several tiles
    ("e_tricycle", (900, 560, 1000, 600)),
    ("garbage", (0, 1180, 1500, 1200)),  # along the whole lower edge
]


@pytest.mark.parametrize("output", ["end2end", "plain"])
def test_photos_are_seen_from_afar_and_near(output: str) -> None:
    image = paint(1500, 1200, *SPOTS)
    model = square_model(output)
    assert agree(model.detect_photo(image), SPOTS, tolerance=8), boxes(model.detect_photo(image))
    assert len(model.detect_photo(image, tiles="off")) < len(SPOTS)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1400), st.integers(0, 900), st.integers(14, 600), st.integers(14, 600))
def test_one_thing_anywhere_in_a_photo_is_one_box(left: int, top: int, width: int, height: int) -> None:
    rectangle: Rectangle = ("garbage", (left, top, min(1500, left + width), min(1000, top + height)))
    seen = square_model().detect_photo(paint(1500, 1000, rectangle))
    assert agree(seen, [rectangle], tolerance=8), boxes(seen)


def test_a_huge_photo_is_scaled_down_first() -> None:
    model = square_model()
    runtime = model.runtime
    assert isinstance(runtime, SquareRuntime)
    runtime.calls.clear()
    rectangle: Rectangle = ("garbage", (3000, 3000, 3200, 3100))
    seen = model.detect_photo(paint(6000, 5000, rectangle))
    assert agree(seen, [rectangle], tolerance=20)
    assert sum(call[0] for call in runtime.calls) <= 49
    assert max(call[0] for call in runtime.calls) <= MAX_BATCH


@pytest.fixture(scope="module")
def real_model() -> Model:
    try:
        return Model.load(runtime="onnxruntime")
    except ModelError as error:
        pytest.skip(f"needs the registered model: {error}")


def test_the_real_model_sees_people_on_the_real_clip(real_model: Model, crossroad: Path) -> None:
    frame = next(open_source(str(crossroad)).frames())
    (seen,) = real_model.detect([frame.image])
    people = seen.of_class(ObjectClass.PERSON)
    feet = sorted(point.round(-1).tolist() for point in people.ground_points())
    assert len(people) >= 3
    for expected in ([270, 310], [510, 230], [660, 320]):
        assert any(abs(x - expected[0]) <= 20 and abs(y - expected[1]) <= 20 for x, y in feet), feet


def test_batches_agree_with_single_pictures(real_model: Model) -> None:
    rng = np.random.default_rng(3)
    images = [rng.integers(0, 255, (240, 320, 3), np.uint8) for _ in range(3)]
    together = real_model.detect(images, confidence=0.01)
    for image, batch in zip(images, together, strict=True):
        (alone,) = real_model.detect([image], confidence=0.01)
        np.testing.assert_allclose(batch.xyxy, alone.xyxy, atol=0.5)


def test_an_unknown_model_is_named() -> None:
    try:
        registry = Registry.load()
    except ModelError as error:
        pytest.skip(f"needs the registry: {error}")
    with pytest.raises(ModelError, match="no model is called 'street-x'"):
        Model.load("street-x", registry=registry)


def test_pictures_side_by_side_give_the_same_in_their_order() -> None:
    model = square_model("plain")
    images = [paint(320, 240, ("garbage", (step, step, step + 90, step + 80))) for step in range(0, 120, 10)]
    together = model.detect(images, side_by_side=3)
    assert [boxes(seen) for seen in together] == [boxes(model.detect([image])[0]) for image in images]
    spots: list[Rectangle] = [("garbage", (100, 100, 190, 200)), ("e_tricycle", (1200, 700, 1400, 900))]
    large = paint(1500, 1000, *spots)
    assert boxes(model.detect_photo(large, side_by_side=3)) == boxes(model.detect_photo(large))
