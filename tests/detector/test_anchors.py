"""The memory of still objects by itself; what rules make of it is tested with the rules."""

import time
from datetime import timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from detector.anchor import AnchorState, MemoryState
from detector.anchors import AnchorMemory
from detector.detections import ObjectClass
from detector.sources import Frame
from tests.detector.streets import HEIGHT, NOON, WIDTH, Image, Street, Thing, garbage, rows_of, tricycle

PARKED = tricycle((0, 320, 260), (400, 320, 260))


def memory_of(street: Street, end: float) -> AnchorMemory:
    memory = AnchorMemory((ObjectClass.E_TRICYCLE, ObjectClass.GARBAGE))
    for frame, seen in street.frames(0, end):
        memory.update(frame, seen)
    return memory


def textured() -> Image:
    return np.random.default_rng(3).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.mark.parametrize("jitter", [0.0, 4.0])
def test_one_object_is_one_anchor_whose_box_evens_out(jitter: float) -> None:
    memory = memory_of(Street([PARKED], fps=5, jitter=jitter), 60)
    (anchor,) = memory.anchors
    assert anchor.resting == pytest.approx(60, abs=0.5)
    pixels = anchor.box * [WIDTH, HEIGHT, WIDTH, HEIGHT]
    assert pixels == pytest.approx([265, 180, 375, 260], abs=2)


def test_what_still_rolls_while_somebody_passes_is_one_anchor_where_it_stops() -> None:
    rolls = tricycle((0, 278, 260), (1, 320, 260), (60, 320, 260))
    passes = Thing(ObjectClass.PERSON, (24, 60), [(0, 290, 262), (6, 360, 262)])
    (anchor,) = memory_of(Street([rolls, passes], fps=5, jitter=2), 40).anchors
    assert (anchor.box * [WIDTH, HEIGHT, WIDTH, HEIGHT])[[0, 2]] == pytest.approx([265, 375], abs=12)


def test_what_moves_is_forgotten() -> None:
    driving = tricycle((0, -60, 260), (10, 700, 260))
    assert memory_of(Street([driving], fps=10), 13).anchors == []


def test_what_left_is_forgotten_after_a_while() -> None:
    gone = tricycle((0, 320, 260), (20, 320, 260))
    street = Street([gone], fps=2)
    assert len(memory_of(street, 40).anchors) == 1
    assert memory_of(street, 20 + 130).anchors == []


def test_what_hides_is_waited_for() -> None:
    bus = Thing(ObjectClass.BUS, (400, 250), [(20, 320, 330), (200, 320, 330)])
    memory = memory_of(Street([PARKED, bus], fps=2), 190)
    (anchor,) = memory.anchors
    assert anchor.since == NOON.timestamp()
    assert anchor.absent_since is None


def test_only_what_is_there_now_is_answered() -> None:
    memory = AnchorMemory((ObjectClass.GARBAGE,))
    bag = garbage(300, 250, 2, 10)
    counts = [len(memory.update(frame, seen)) for frame, seen in Street([bag], fps=1).frames(0, 14)]
    assert counts == [0, 0] + [1] * 9 + [0] * 4


def test_a_state_comes_back_whole() -> None:
    memory = memory_of(Street([PARKED], fps=5), 30)
    state = MemoryState.model_validate_json(memory.state().model_dump_json())
    again = AnchorMemory((ObjectClass.E_TRICYCLE,))
    again.restore(state)
    (before,), (after,) = memory.anchors, again.anchors
    assert (before.id, before.since, before.seen, before.class_id) == (
        after.id,
        after.since,
        after.seen,
        after.class_id,
    )
    assert after.box == pytest.approx(before.box)
    assert after.look == pytest.approx(before.look, abs=1e-3)


def test_a_damaged_state_is_refused() -> None:
    (anchor,) = memory_of(Street([PARKED], fps=5), 30).state().anchors
    for look, said in (("AAAA", "buffer"), ("not base64!", "padding|base64"), ("", "reshape")):
        damaged = MemoryState(anchors=(anchor.model_copy(update={"look": look}),))
        with pytest.raises(ValueError, match=said):
            AnchorMemory((ObjectClass.E_TRICYCLE,)).restore(damaged)
    with pytest.raises(ValidationError):
        AnchorState.model_validate(anchor.model_dump() | {"since": float("nan")})


def test_a_wall_clock_set_back_over_a_restart_keeps_the_time_at_rest() -> None:
    state = memory_of(Street([PARKED], fps=5), 30).state()
    memory = AnchorMemory((ObjectClass.E_TRICYCLE,))
    memory.restore(state)
    for frame, seen in Street([PARKED], fps=5).frames(0, 10):
        earlier = Frame(frame.image, frame.time - timedelta(hours=2), frame.seconds, frame.number)
        memory.update(earlier, seen)
    (anchor,) = memory.anchors
    assert anchor.resting == pytest.approx(40, abs=1)


def test_frames_that_are_not_newer_are_passed_over() -> None:
    memory = AnchorMemory((ObjectClass.E_TRICYCLE,))
    frames = list(Street([PARKED], fps=5).frames(0, 4))
    for frame, seen in frames:
        memory.update(frame, seen)
    assert memory.update(*frames[3]) == []
    assert memory.anchors[0].sightings == len(frames)


def test_a_thousand_detections_in_every_frame() -> None:
    """All over the place and never twice at one: nothing comes to rest, memory and time stay bounded."""
    memory = AnchorMemory((ObjectClass.GARBAGE,))
    rng = np.random.default_rng(1)
    image = textured()
    spent = []
    for step in range(12):
        left = rng.uniform(0, 600, (1000, 1))
        top = rng.uniform(0, 330, (1000, 1))
        boxes = np.hstack([left, top, left + 20, top + 20])
        seen = rows_of(boxes, np.full(1000, int(ObjectClass.GARBAGE)), np.full(1000, 0.5))
        begun = time.thread_time()
        memory.update(Frame(image, NOON + timedelta(seconds=step), float(step), step), seen)
        spent.append(time.thread_time() - begun)
    assert len(memory.anchors) <= 300
    assert max(spent) < 1.5


def test_passers_by_do_not_keep_alive_what_has_left() -> None:
    """What is gone stays gone though people walk over its place: another piece there has a clock of its own."""
    first = garbage(320, 260, 0, 20, look=1)
    walkers = [
        Thing(ObjectClass.PERSON, (40, 90), [(t, 200, 262), (t + 6, 440, 262)], look=t) for t in range(22, 200, 7)
    ]
    second = garbage(320, 260, 210, 240, look=5)
    memory = memory_of(Street([first, *walkers, second], fps=2), 235)
    (anchor,) = memory.anchors
    assert anchor.resting < 30


def test_a_piece_that_a_passer_by_covers_in_part_stays_one_anchor() -> None:
    """Its box is cut off while somebody stands in front of it, and the model overlooks that one now and then."""
    memory = AnchorMemory((ObjectClass.GARBAGE,))
    rng = np.random.default_rng(5)
    plain = textured()
    for step in range(600):
        seconds = step / 5
        standing = 20 <= seconds < 60
        right = 320 if standing else 340
        boxes, kinds = [np.array([300, 200, right, 226]) + rng.normal(0, 2, 4)], [int(ObjectClass.GARBAGE)]
        if standing and rng.random() > 0.2:
            boxes.append(np.array([320, 130, 345, 230]))
            kinds.append(int(ObjectClass.PERSON))
        image = plain.copy()
        if standing:
            image[130:230, 320:345] = 30
        frame = Frame(image, NOON + timedelta(seconds=seconds), seconds, step)
        memory.update(frame, rows_of(boxes, kinds, np.full(len(kinds), 0.8)))
    (anchor,) = memory.anchors
    assert anchor.resting == pytest.approx(120, abs=1)
    assert anchor.box[2] * WIDTH == pytest.approx(340, abs=5)


def test_who_stands_in_front_hides_though_the_model_overlooks_somebody_now_and_then() -> None:
    """Frames in which the one in front is overlooked do not add up to an absence."""
    memory = AnchorMemory((ObjectClass.GARBAGE,))
    rng, plain = np.random.default_rng(7), textured()
    for step in range(5 * 140):
        seconds = step / 5
        image, boxes, kinds = plain.copy(), list[list[float]](), list[int]()
        if 20 <= seconds < 120:
            image[150:240, 295:345] = 30
            if rng.random() > 0.2:
                boxes, kinds = [[295, 150, 345, 240]], [int(ObjectClass.PERSON)]
        else:
            boxes, kinds = [[300, 200, 340, 226]], [int(ObjectClass.GARBAGE)]
        seen = rows_of(np.reshape(boxes, (-1, 4)), kinds, np.full(len(kinds), 0.8))
        memory.update(Frame(image, NOON + timedelta(seconds=seconds), seconds, step), seen)
    (anchor,) = memory.anchors
    assert anchor.resting == pytest.approx(140, abs=1)


Seen = tuple[ObjectClass, tuple[float, float, float, float]]
CAR: Seen = (ObjectClass.CAR, (150, 120, 330, 232))
WHOLE: Seen = (ObjectClass.GARBAGE, (300, 200, 340, 226))
SLIVER: Seen = (ObjectClass.GARBAGE, (331, 200, 340, 226))


def remember(*scenes: tuple[float, Image, list[Seen]]) -> AnchorMemory:
    """A memory after so many seconds of each scene, five frames a second, boxes that jitter."""
    memory = AnchorMemory((ObjectClass.GARBAGE,))
    rng, number = np.random.default_rng(4), 0
    for seconds, image, things in scenes:
        for _ in range(round(seconds * 5)):
            number += 1
            seen = [(kind, np.array(box) + rng.normal(0, 0.6, 4)) for kind, box in things if rng.random() > 0.2]
            boxes, kinds = np.reshape([box for _, box in seen], (-1, 4)), [int(kind) for kind, _ in seen]
            frame = Frame(image, NOON + timedelta(seconds=number / 5), number / 5, number)
            memory.update(frame, rows_of(boxes, kinds, np.full(len(kinds), 0.8)))
    return memory


def covered_by(image: Image, box: tuple[float, float, float, float], grey: int) -> Image:
    left, top, right, bottom = (int(v) for v in box)
    painted = image.copy()
    painted[top:bottom, left:right] = grey
    return painted


def test_of_what_first_a_sliver_was_seen_is_one_thing() -> None:
    plain = textured()
    (sliver,) = remember((40, covered_by(plain, CAR[1], 30), [CAR, SLIVER])).anchors
    (whole,) = remember((40, covered_by(plain, CAR[1], 30), [CAR, SLIVER]), (20, plain, [WHOLE])).anchors
    assert whole.box * [WIDTH, HEIGHT, WIDTH, HEIGHT] == pytest.approx(WHOLE[1], abs=2)
    assert whole.since == sliver.since
    assert whole.resting == pytest.approx(60, abs=1)


def test_something_else_around_the_place_of_a_sliver_is_a_thing_of_its_own() -> None:
    plain = textured()
    other = covered_by(plain, WHOLE[1], 200)
    memory = remember((40, covered_by(plain, CAR[1], 30), [CAR, SLIVER]), (6, other, [WHOLE]))
    assert sorted(round(a.resting) for a in memory.anchors) == [6, 40]


def test_a_box_around_two_things_is_neither() -> None:
    plain = textured()
    pair: list[Seen] = [
        (ObjectClass.GARBAGE, (300, 212, 314, 226)),
        (ObjectClass.GARBAGE, (326, 212, 340, 226)),
    ]
    memory = remember((40, plain, pair), (4, plain, [WHOLE]))
    assert len(memory.anchors) == 3


def test_what_something_hidden_cuts_off_does_not_shrink() -> None:
    """An e-tricycle hides a part of a sack and is hidden itself for half a minute."""
    plain = textured()
    cut: Seen = (ObjectClass.GARBAGE, (316, 200, 340, 226))
    memory = remember((20, plain, [WHOLE]), (35, plain, [cut]), (5, plain, [WHOLE]))
    (anchor,) = memory.anchors
    assert anchor.box[0] * WIDTH < 306


@pytest.mark.parametrize("edge", [326.0, 333.0])
def test_a_part_that_is_seen_now_and_then_is_no_absence(edge: float) -> None:
    """Its place looks otherwise since a car stands in front; what is left of it is seen every few seconds."""
    plain = textured()
    parked, left = covered_by(plain, CAR[1], 30), (ObjectClass.GARBAGE, (edge, 200.0, 340.0, 226.0))
    now_and_then = [(0.2, parked, [left]), (1.6, parked, list[Seen]())] * 30
    memory = remember((20, plain, [WHOLE]), (2, parked, [CAR, left]), *now_and_then, (3, parked, [left]))
    assert len(memory.anchors) == 1
