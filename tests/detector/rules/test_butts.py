"""Cigarette butts: one violation a patch, with a count."""

import pytest

from detector.detections import ObjectClass
from tests.detector.streets import Street, Thing, Zone, scene, violations


def butt(x: float, y: float, start: float = 0.0, end: float = 100.0) -> Thing:
    return Thing(ObjectClass.CIGARETTE_BUTT, (10, 6), [(start, x, y), (end, x, y)], look=int(x + y))


PLACE = scene(cigarette_butt={"min_seconds": 5, "patch": 0.1})
NEAR = [butt(100, 300), butt(130, 300), butt(150, 320)]
FAR = [butt(500, 200), butt(520, 210)]


def test_patches_and_their_counts() -> None:
    found = violations(PLACE, Street([*NEAR, *FAR], fps=2), 20)
    assert sorted(v.count for v in found) == [2, 3]
    (three,) = [v for v in found if v.count == 3]
    assert three.box == pytest.approx((95, 294, 155, 320), abs=1)


def test_a_chain_is_one_patch() -> None:
    chain = [butt(50 + 50 * i, 300) for i in range(8)]
    assert [v.count for v in violations(PLACE, Street(chain, fps=2), 20)] == [8]


def test_a_butt_that_joins_a_reported_patch_belongs_to_it() -> None:
    street = Street([*NEAR, butt(110, 320, start=12)], fps=2, missed=0.1)
    assert len(violations(PLACE, street, 40)) == 1


def test_dirty_again_after_sweeping_is_a_new_violation() -> None:
    before, after = [butt(100, 300, end=15)], [butt(112, 306, start=200, end=300)]
    found = violations(PLACE, Street([*before, *after], fps=2), 230)
    assert [round(v.started_s or 0) for v in found] == [0, 200]


def test_too_few_and_too_short() -> None:
    assert violations(scene(cigarette_butt={"min_count": 4}), Street(NEAR, fps=2), 30) == []
    assert violations(PLACE, Street([butt(100, 300, 5, 9)], fps=2), 30) == []


def test_bins_do_not_count() -> None:
    ashtray: Zone = {"name": "ashtray", "kind": "bin", "polygon": [[0.1, 0.7], [0.3, 0.7], [0.3, 1], [0.1, 1]]}
    found = violations(scene(ashtray, cigarette_butt={"min_seconds": 5}), Street([*NEAR, *FAR], fps=2), 20)
    assert [v.count for v in found] == [2]


def test_density_where_the_ground_is_measured() -> None:
    ground = {"image": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], "metres": [[0, 0], [10, 0], [10, 5], [0, 5]]}
    butts = [
        Thing(ObjectClass.CIGARETTE_BUTT, (8, 6), [(0, x, y), (30, x, y)], look=x)
        for x, y in ((100, 300), (120, 300), (140, 305), (130, 60))  # the last one lies on a wall
    ]
    found = violations(scene(ground=ground, cigarette_butt={"min_seconds": 5}), Street(butts, fps=5), 20)
    assert max((v.count, v.note) for v in found) == (3, "6.0 个/100 m² butts per 100 m²")
    bare = violations(scene(cigarette_butt={"min_seconds": 5}), Street(butts, fps=5), 20)
    assert {v.note for v in bare} == {""}


def test_a_patch_that_is_hidden_when_a_butt_joins_it_stays_the_reported_one() -> None:
    walker = Thing(ObjectClass.PERSON, (80, 120), [(18, 120, 330), (28, 120, 330)])
    street = Street([*NEAR, butt(190, 320, start=16), walker], fps=5)
    assert len(violations(PLACE, street, 40)) == 1
