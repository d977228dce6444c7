"""Parts of a picture: their shapes, what they hold, and that a look at a part sees there what a look at all sees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.detections import Detections, ObjectClass
from detector.letterbox import Letterbox
from detector.parts import SIDES, Part
from detector.regions import without_cut
from detector.sources import Frame
from tests.detector.squares import paint, square_model
from tests.detector.streets import NOON

sizes = st.sampled_from([(640, 360), (768, 576), (1920, 1080), (1080, 1920), (333, 251)])
share = st.floats(0, 0.98)


@given(sizes, share, share, st.floats(0.01, 0.4), st.floats(0.01, 0.4))
def test_a_part_holds_its_place_in_one_of_few_shapes_and_is_less_than_half(
    size: tuple[int, int], left: float, top: float, wide: float, high: float
) -> None:
    place = np.array([[left, top, min(1, left + wide), min(1, top + high)]])
    part = Part.around(place, *size)
    if part is None:
        return
    assert part.holds(place).all()
    assert (part.box >= 0).all()
    assert (part.box <= 1 + 1e-9).all()
    extent = (part.box[2:] - part.box[:2]) * size / max(size)
    assert extent.prod() <= 0.5 * min(size) / max(size) + 1e-9
    for side, own in zip(extent, np.array(size) / max(size), strict=True):
        assert np.isclose([*SIDES, own], side).any()
    letterbox = Letterbox.fit(*size, long_side=640, stride=32).around(part, 32)
    assert letterbox.input_width <= 32 * np.ceil(extent[0] * 640 / 32)
    assert letterbox.input_height <= 32 * np.ceil(extent[1] * 640 / 32)
    boxes = np.array([[1, 2, 30, 40]], np.float32) + np.array([letterbox.x, letterbox.y] * 2, np.float32)
    np.testing.assert_allclose(letterbox.to_picture(letterbox.to_input(boxes)), boxes, atol=0.01)


def test_nothing_to_look_at_and_too_much_of_it_give_no_part() -> None:
    assert Part.around(np.empty((0, 4)), 640, 360) is None
    assert Part.around(np.array([[0.1, 0.1, 0.2, 0.2], [0.8, 0.8, 0.9, 0.9]]), 640, 360) is None


def test_what_lies_outside_or_behind_something_that_was_cut_was_not_looked_at() -> None:
    part = Part(np.array([0.2, 0.2, 0.6, 0.6]), np.array([[0.5, 0.3, 0.6, 0.5]]))
    boxes = np.array([[0.3, 0.3, 0.4, 0.4], [0.1, 0.3, 0.3, 0.4], [0.45, 0.4, 0.52, 0.45], [0.7, 0.7, 0.8, 0.8]])
    assert part.holds(boxes).tolist() == [True, False, False, False]


@pytest.mark.parametrize("size", [(640, 480), (1280, 960)])
def test_a_look_at_a_part_sees_what_is_whole_in_it(size: tuple[int, int]) -> None:
    width, height = size
    scale = width // 640
    inside = (0.4, 0.4, 0.45, 0.55)
    person = (256 * scale, 192 * scale, 288 * scale, 264 * scale)
    across = (333 * scale, 144 * scale, 448 * scale, 240 * scale)
    frame = Frame(paint(width, height, ("person", person), ("e_tricycle", across)), NOON, 0.0, 0)
    model = square_model(input_size=640, person=0.3, e_tricycle=0.3)
    (whole,) = model.detect([frame.image])
    assert sorted(whole.class_id.tolist()) == [ObjectClass.PERSON, ObjectClass.E_TRICYCLE]
    part = Part.around(np.array([inside]), width, height)
    assert part is not None
    looked = Frame(frame.image, frame.time, 0.0, 0, part=part)
    tensor, letterbox = model.prepare(frame.image, part=part)
    assert tensor.size < 0.5 * model.prepare(frame.image)[0].size
    (seen,) = model.decode(model.infer(tensor[None]), [letterbox], 0.3)
    shown, uncut = without_cut(looked, seen, letterbox)
    assert uncut.class_id.tolist() == [ObjectClass.PERSON]
    np.testing.assert_allclose(uncut.xyxy, whole.of_class(ObjectClass.PERSON).xyxy, atol=3 * width / 640)
    assert shown.part is not None
    assert len(shown.part.cut) == 1
    assert not shown.part.holds(np.array([[0.5, 0.4, 0.55, 0.45]])).any()


def test_where_all_was_looked_at_nothing_is_cut() -> None:
    frame = Frame(np.zeros((48, 64, 3), np.uint8), NOON, 0.0, 0)
    seen = Detections(np.array([[0, 0, 64, 48]], np.float32), np.array([3]), np.array([0.9], np.float32))
    assert without_cut(frame, seen, Letterbox.fit(64, 48, long_side=640, stride=32)) == (frame, seen)
