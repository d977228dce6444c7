"""When two cameras have seen one event, and when two people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from detector.scene import SceneSettings
from detector.violations import Violation, ViolationKind
from service.violations.common_ground import Sighting, is_one_event, metres_apart

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
WHOLE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
TURNED = [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
METRES = [[100.0, 200.0], [110.0, 200.0], [110.0, 220.0], [100.0, 220.0]]
"""The picture is 10 m wide and 20 m deep."""


def scene(**settings: object) -> SceneSettings:
    return SceneSettings.model_validate(settings)


def survey(metres: list[list[float]] = METRES, frame: str | None = "北门", image: list[list[float]] = WHOLE) -> Any:  # noqa: ANN401 - a part of a scene
    return {"ground": {"image": image, "metres": metres, "frame": frame}}


def overlap(camera: str, here: list[list[float]] = WHOLE, there: list[list[float]] = WHOLE) -> Any:  # noqa: ANN401
    return {"overlaps": [{"camera": camera, "here": here, "there": there}]}


def seen(
    camera: str,
    settings: SceneSettings,
    *course: tuple[float, float, float],
    kind: ViolationKind = ViolationKind.JAYWALKING,
    height: float = 100,
) -> Sighting:
    """Course: seconds since noon, and where."""
    violation = Violation(
        kind=kind, camera=camera, started_at=NOON + timedelta(seconds=course[0][0]),
        ended_at=NOON + timedelta(seconds=course[-1][0]), confidence=0.8, box=(0, 0, 30, height), width=1000,
        height=1000, course=tuple((at - course[0][0], x, y) for at, x, y in course),
    )  # fmt: skip
    return Sighting(violation, settings)


WALK = ((0.0, 0.2, 0.5), (4.0, 0.6, 0.5))  # 1 m/s in METRES


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        pytest.param(WALK, 0.0, id="the same"),
        pytest.param(((2.0, 0.4, 0.5), (9.0, 1.1, 0.5)), 0.0, id="another part of the same walk"),
        pytest.param(((0.0, 0.25, 0.55), (4.0, 0.65, 0.55)), 1.118, id="measured a little elsewhere"),
        pytest.param(((0.0, 0.5, 0.5), (4.0, 0.9, 0.5)), 3.0, id="somebody who walks three metres ahead"),
        pytest.param(((0.0, 0.6, 0.5), (4.0, 0.2, 0.5)), 3.0, id="somebody who comes the other way"),
        pytest.param(((4.5, 0.6, 0.5), (9.0, 1.0, 0.5)), 0.0, id="goes on where the other one saw the last of it"),
        pytest.param(((5.5, 0.6, 0.5), (9.0, 1.0, 0.5)), None, id="later"),
    ],
)
def test_people_in_one_survey(other: tuple[tuple[float, float, float], ...], apart: float | None) -> None:
    measured = metres_apart(seen("gate-1", scene(**survey()), *WALK), seen("gate-2", scene(**survey()), *other))
    assert measured == (None if apart is None else pytest.approx(apart, abs=0.05))


def test_two_surveys_are_two_places() -> None:
    one = seen("gate-1", scene(**survey()), *WALK)
    for settings in (scene(**survey(frame="南门")), scene(**survey(frame=None)), scene()):
        assert metres_apart(one, seen("gate-2", settings, *WALK)) is None
    assert metres_apart(seen("gate-1", scene(**survey(frame=None)), *WALK), one) is None


def test_cameras_that_look_from_two_sides() -> None:
    opposite = scene(**survey(metres=METRES, image=TURNED))
    turned = tuple((at, 1 - x, 1 - y) for at, x, y in WALK)
    assert metres_apart(seen("gate-1", scene(**survey()), *WALK), seen("gate-2", opposite, *turned)) == pytest.approx(0)


@pytest.mark.parametrize("by_first", [True, False])
@pytest.mark.parametrize(("offset", "one_event"), [(0.0, True), (0.05, True), (0.3, False)])
def test_declared_ground(by_first: bool, offset: float, one_event: bool) -> None:
    """A person is 100 pixels high: 0.05 of the picture are 0.85 m, 0.3 are 5 m."""
    first = scene(**overlap("gate-2", WHOLE, TURNED)) if by_first else scene()
    second = scene() if by_first else scene(**overlap("gate-1", TURNED, WHOLE))
    turned = tuple((at, 1 - x + offset, 1 - y) for at, x, y in WALK)
    one, other = seen("gate-1", first, *WALK), seen("gate-2", second, *turned)
    assert (is_one_event(one, other) is not None) is one_event
    assert (is_one_event(other, one) is not None) is one_event


def test_declared_ground_that_one_of_them_has_measured() -> None:
    plain, own = scene(**overlap("gate-2")), scene(**survey(frame=None))
    moved = tuple((at, x + 0.1, y) for at, x, y in WALK)
    assert metres_apart(seen("gate-1", plain, *WALK), seen("gate-2", own, *moved)) == pytest.approx(1.0)
    both = scene(**overlap("gate-2"), **survey(frame=None))
    assert metres_apart(seen("gate-1", both, *WALK), seen("gate-2", scene(), *moved)) == pytest.approx(1.0)


def test_outside_the_declared_ground_nothing_is_known() -> None:
    corner = [[0.7, 0.7], [1.0, 0.7], [1.0, 1.0], [0.7, 1.0]]
    one = seen("gate-1", scene(**overlap("gate-2", corner, corner)), *WALK)
    assert metres_apart(one, seen("gate-2", scene(), *WALK)) is None


@pytest.mark.parametrize(
    ("kind", "start", "aside", "one_event"),
    [
        (ViolationKind.ILLEGAL_PARKING, 10, 0.2, True),
        (ViolationKind.ILLEGAL_PARKING, 10, 0.4, False),
        (ViolationKind.ILLEGAL_PARKING, 220, 0.0, True),
        (ViolationKind.ILLEGAL_PARKING, 400, 0.0, False),
        (ViolationKind.GARBAGE, 10, 0.1, True),
        (ViolationKind.GARBAGE, 10, 0.2, False),
    ],
)
def test_what_stands_still(kind: ViolationKind, start: float, aside: float, one_event: bool) -> None:
    def standing(camera: str, at: float, x: float) -> Sighting:
        still = seen(camera, scene(**survey()), (at, x, 0.5), (at + 180, x, 0.5), kind=kind)
        violation = still.violation.model_copy(update={"course": ((180.0, x, 0.5),)})
        return Sighting(violation, still.scene)

    assert (is_one_event(standing("gate-1", 0, 0.5), standing("gate-2", start, 0.5 + aside)) is not None) is one_event


def test_what_measures_nothing() -> None:
    line = [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [0.5, 1.0]]  # three corners on a line
    broken = scene(**survey(image=line))
    one, walk = seen("gate-1", broken, *WALK), seen("gate-2", scene(**survey()), *WALK)
    assert metres_apart(one, walk) is None
    beyond = scene(**survey(image=[[0.4, 0.9], [0.6, 0.9], [1.0, 1.0], [0.0, 1.0]]))  # the horizon lies below the walk
    assert metres_apart(seen("gate-1", beyond, *WALK), walk) is None
    bare = Sighting(walk.violation.model_copy(update={"course": ()}), walk.scene)
    assert metres_apart(bare, walk) is None
    other = seen("gate-1", scene(**survey()), *WALK, kind=ViolationKind.GARBAGE)
    assert metres_apart(other, walk) is None
