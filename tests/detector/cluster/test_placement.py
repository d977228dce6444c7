"""Where cameras go, by what they cost."""

import pytest

from detector.cluster.placement import Seat, next_move, place, wanted_cores

ONE, TWO, BIG = Seat("one-a", "one", 2.0), Seat("two-a", "two", 2.0), Seat("big-a", "big", 8.0)


def shares(costs: dict[str, float], placed: dict[str, str], seats: list[Seat]) -> dict[str, float]:
    """Load of each machine as a share of its cores."""
    result = {seat.node: 0.0 for seat in seats}
    for seat in seats:
        result[seat.node] += sum(costs[c] for c, host in placed.items() if host == seat.host) / seat.cores
    return result


def test_cameras_spread_by_cost_and_not_by_number() -> None:
    costs = {"lively": 0.4} | {f"still-{n}": 0.05 for n in range(8)}
    placed = place(costs, {}, [ONE, TWO])
    assert shares(costs, placed, [ONE, TWO]) == pytest.approx({"one": 0.2, "two": 0.2})
    assert sorted(list(placed.values()).count(host) for host in ("one-a", "two-a")) == [1, 8]


def test_a_larger_machine_gets_more() -> None:
    costs = {f"gate-{n}": 0.1 for n in range(30)}
    load = shares(costs, place(costs, {}, [ONE, BIG]), [ONE, BIG])
    assert load["one"] == pytest.approx(load["big"], abs=0.06)


def test_hosts_of_one_machine_share_its_cameras() -> None:
    seats = [Seat("a", "big", 8.0), Seat("b", "big", 8.0), Seat("c", "big", 8.0)]
    placed = place({f"gate-{n}": 0.1 for n in range(9)}, {}, seats)
    assert {host: list(placed.values()).count(host) for host in "abc"} == {"a": 3, "b": 3, "c": 3}


def test_who_has_a_host_stays_and_who_lost_it_goes_where_there_is_room() -> None:
    placed = {"a": "one-a", "b": "one-a", "c": "gone", "d": "gone"}
    found = place(dict.fromkeys("abcd", 0.3), placed, [ONE, TWO])
    assert found == {"a": "one-a", "b": "one-a", "c": "two-a", "d": "two-a"}


def test_without_hosts_nothing_is_placed() -> None:
    assert place({"a": 0.3}, {"a": "gone"}, []) == {}


def test_moves_end_when_machines_are_even() -> None:
    costs = {f"gate-{n}": 0.1 + 0.05 * (n % 3) for n in range(12)}
    placed = dict.fromkeys(costs, "one-a")
    moves = 0
    while (move := next_move(costs, placed, [ONE, TWO])) is not None:
        placed[move[0]] = move[1]
        moves += 1
        assert moves < 12
    load = shares(costs, placed, [ONE, TWO])
    assert abs(load["one"] - load["two"]) < 0.2
    assert moves >= 3


@pytest.mark.parametrize("seats", [[ONE], [ONE, TWO]])
def test_one_camera_that_fills_a_machine_is_not_sent_to_and_fro(seats: list[Seat]) -> None:
    assert next_move({"a": 1.9}, {"a": "one-a"}, seats) is None


def test_more_cores_are_wanted_than_are_used() -> None:
    assert wanted_cores([0.3] * 10) == 4  # 3.0 / 0.85 × 1.1 = 3.9
    assert wanted_cores([]) == 0
