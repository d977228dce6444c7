import time

from benchmarks.model_report.timing import machine, take_turns


def test_contestants_take_turns_and_two_rounds_do_not_count() -> None:
    order: list[str] = []

    def slow() -> None:
        order.append("slow")
        time.sleep(0.02)

    taken = take_turns({"slow": slow, "quick": lambda: order.append("quick")}, 3)
    assert order == ["slow", "quick"] * 5
    assert {name: (len(wall), len(cpu)) for name, (wall, cpu) in taken.items()} == {"slow": (3, 3), "quick": (3, 3)}
    wall, cpu = taken["slow"]
    assert min(wall) >= 20
    assert sum(cpu) < sum(wall), "sleeping costs no CPU time"


def test_the_machine_is_named() -> None:
    assert "CPUs, load" in machine()
