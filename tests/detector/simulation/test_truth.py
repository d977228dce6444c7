"""The truth of streets whose answer is plain to see."""

from dataclasses import replace

import pytest

from detector.detections import ObjectClass
from detector.simulation.actor import Actor
from detector.simulation.truth import truth_of
from detector.violations import ViolationKind
from tests.detector.simulation.streets import actor, layout, street

PERSON, TRICYCLE, GARBAGE, BUTT, BUS = (
    ObjectClass.PERSON, ObjectClass.E_TRICYCLE, ObjectClass.GARBAGE, ObjectClass.CIGARETTE_BUTT, ObjectClass.BUS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("thing", "answer"),
    [
        pytest.param(actor(PERSON, (10, 2, 10), (20, 2, 21)), True, id="crosses the road"),
        pytest.param(actor(PERSON, (10, -3, 10), (20, -3, 21.5)), None, id="crosses on the crosswalk"),
        pytest.param(actor(PERSON, (10, -9, 10), (30, 9, 10)), None, id="walks on the pavement"),
        pytest.param(actor(PERSON, (10, 2, 10.5), (11, 2, 11.9), (12, 2, 10.5)), None, id="steps over the edge"),
        pytest.param(actor(PERSON, (10, 2, 15), (60, 2, 15)), None, id="stands on the road"),
        pytest.param(actor(PERSON, (10, 2, 10), (20, 2, 21), riding=True), None, id="rides over the road"),
        pytest.param(actor(PERSON, (10, 5, 21), (12, 5, 21.2), (15, 5, 26), (22, 5, 27)), True, id="climbs the fence"),
        pytest.param(actor(PERSON, (10, -8, 22), (14, -8, 25)), None, id="walks beside the fence's end"),
        pytest.param(actor(TRICYCLE, (10, 1, 18.5), (90, 1, 18.5)), True, id="stands for 80 s where 60 are allowed"),
        pytest.param(actor(TRICYCLE, (10, 1, 18.5), (50, 1, 18.5)), None, id="stands for 40 s"),
        pytest.param(actor(TRICYCLE, (10, 1, 18.5), (72, 1, 18.5)), False, id="stands for 62 s: within the band"),
        pytest.param(actor(TRICYCLE, (10, 6.5, 18.5), (200, 6.5, 18.5)), None, id="stands in the bay"),
        pytest.param(actor(TRICYCLE, (10, -9, 18.5), (70, 9, 18.5)), None, id="creeps along the kerb"),
        pytest.param(actor(GARBAGE, (10, 2, 21), (100, 2, 21)), True, id="lies on the pavement"),
        pytest.param(actor(GARBAGE, (10, 2, 21), (40, 2, 21)), None, id="is picked up soon"),
        pytest.param(actor(GARBAGE, (10, -3, 22.5), (100, -3, 22.5)), None, id="lies in the bin"),
        pytest.param(actor(GARBAGE, (-1, 2, 21), (300, 2, 21), placed=True), None, id="was there before"),
        pytest.param(actor(BUTT, (10, 2, 10), (40, 2, 10), patch=1), True, id="a butt"),
        pytest.param(actor(BUTT, (10, 2, 10), (14, 2, 10), patch=1), None, id="a butt swept up at once"),
    ],
)
def test_one_thing(thing: Actor, answer: bool | None) -> None:
    assert [o.clear for o in truth_of(street(thing)).offences] == ([] if answer is None else [answer])


def test_a_patch_of_butts_is_one_offence() -> None:
    butts = [actor(BUTT, (10 + i, 2 + i / 10, 10), (60, 2 + i / 10, 10), patch=4, look=i) for i in range(4)]
    (offence,) = truth_of(street(*butts)).offences
    assert offence.kind is ViolationKind.CIGARETTE_BUTT
    assert offence.actors == (0, 1, 2, 3)


def test_what_a_bus_hides_to_the_end_counts_neither_way() -> None:
    tricycle = actor(TRICYCLE, (10, 0, 18.5), (120, 0, 18.5))
    bus = actor(BUS, (12, 0, 13.5), (120, 0, 13.5))
    assert [o.clear for o in truth_of(street(tricycle, bus)).offences] == [False]
    assert [o.clear for o in truth_of(street(tricycle)).offences] == [True]


@pytest.mark.parametrize(("red", "answer"), [(((0.0, 60.0),), [True]), (((80.0, 90.0),), []), (((13.0, 60.0),), [])])
def test_the_lamp_decides_on_the_crosswalk(red: tuple[tuple[float, float], ...], answer: list[bool]) -> None:
    walker = actor(PERSON, (10, -3, 10), (20, -3, 21.5))
    assert [o.clear for o in truth_of(street(walker, place=replace(layout(), red=red))).offences] == answer


def test_two_crossings_half_a_minute_apart_are_two_offences() -> None:
    walker = actor(PERSON, (10, 2, 10), (20, 2, 21), (50, 2, 21), (60, 2, 10))
    assert [o.clear for o in truth_of(street(walker)).offences] == [True, True]


def test_what_happens_while_no_picture_comes_counts_neither_way() -> None:
    walker = actor(PERSON, (10, 2, 10), (20, 2, 21))
    assert [o.clear for o in truth_of(street(walker), stalls=[(11.0, 18.5)]).offences] == [False]
    assert [o.clear for o in truth_of(street(walker), stalls=[(30.0, 40.0)]).offences] == [True]
