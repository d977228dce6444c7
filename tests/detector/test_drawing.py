import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.drawing import COLOURS, OFFENCE, draw_box, draw_detections, letter_size, with_caption

GREY = np.full((240, 320, 3), 90, np.uint8)


def changed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a != b).any(axis=2)


def test_every_class_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(ObjectClass)
    assert len(set(COLOURS.values())) == len(ObjectClass)


def test_the_picture_itself_is_never_written_to() -> None:
    image = GREY.copy()
    image.flags.writeable = False
    seen = Detections(np.array([[50, 60, 120, 200]], np.float32), np.array([8]), np.array([0.8], np.float32))
    drawn = draw_detections(image, seen)
    assert (image == GREY).all()
    assert changed(drawn, image).any()
    assert drawn.shape == image.shape


def test_a_box_is_drawn_where_it_is() -> None:
    canvas = GREY.copy()
    draw_box(canvas, (50, 60, 120, 200), OFFENCE)
    rows, columns = np.nonzero(changed(canvas, GREY))
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == pytest.approx((50, 60, 120, 200), abs=2)
    assert not changed(canvas, GREY)[100:160, 70:100].any()


@pytest.mark.parametrize(
    "box", [(0, 0, 30, 30), (300, 0, 320, 20), (0, 220, 40, 240), (-50, -50, 400, 400), (10, 10, 10, 10)]
)
def test_labels_stay_inside_the_picture(box: tuple[float, float, float, float]) -> None:
    canvas = GREY.copy()
    draw_box(canvas, box, OFFENCE, "乱丢垃圾 0.91")
    free = GREY.copy()
    draw_box(free, (100, 100, 200, 200), OFFENCE, "乱丢垃圾 0.91")
    assert (canvas > 200).all(axis=2).sum() == (free > 200).all(axis=2).sum() > 20


def test_chinese_is_drawn_as_characters_not_as_question_marks() -> None:
    drawn = [with_caption(GREY, [text])[240:] for text in ("烟头", "垃圾", "??")]
    assert changed(drawn[0], drawn[1]).any()
    assert changed(drawn[0], drawn[2]).any()


@pytest.mark.parametrize("size", [(160, 120), (768, 576), (4000, 3000)])
def test_a_caption_hides_nothing_and_grows_with_the_picture(size: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 90, np.uint8)
    captioned = with_caption(image, ["2026-11-24 12:00:00.1", "行人乱穿马路"])
    assert (captioned[: size[1]] == image).all()
    bar = captioned[size[1] :]
    assert bar.shape[0] >= 2 * letter_size(*size)
    assert (bar > 200).any()


def test_a_long_caption_goes_on_below() -> None:
    short = with_caption(GREY, ["行人乱穿马路"])
    long = with_caption(GREY, ["行人乱穿马路 " * 12])
    assert long.shape[0] > short.shape[0] + 2 * letter_size(320, 240)
    assert not (long[240:, -3:] > 200).any()  # nothing is cut off at the right edge
