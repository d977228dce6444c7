"""What each installed runtime makes of the same pictures: ``python -m benchmarks.runtimes``.

They take turns picture by picture, so that whatever else the machine does falls on all of them alike; ratios hold
within one run. CPU time counts all threads of a call and hardly depends on other programs; it is what a box with many
cameras has to share out. The clock says how long one camera waits.
"""

import statistics
from functools import partial
from typing import Annotated, Final

import typer

from benchmarks.model_report.timing import SHAPES, machine, noise_picture, take_turns
from detector.registry import ModelError, Registry
from detector.runtimes import Runtime, RuntimeName, installed, open_runtime, usable_cpus, versioned

_REFERENCE: Final = "onnxruntime"


def main(
    rounds: Annotated[int, typer.Option(min=3, help="Pictures that each runtime computes, of each shape.")] = 25,
) -> None:
    """Print milliseconds a picture of each runtime, and ratios to onnxruntime."""
    try:
        lines = report(rounds)
    except ModelError as error:
        typer.echo(f"benchmarks.runtimes: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("\n".join(lines))


def report(rounds: int) -> list[str]:
    """The table: CPU and clock milliseconds a picture, medians, for one thread a call and for one on each CPU.

    Raises:
        ModelError: the registered model cannot be used.
    """
    registry = Registry.load()
    content = registry.entry().read()
    lines = [
        f"{registry.default}, {machine()}, median of {rounds} pictures each, taking turns",
        f"{'':22}{'threads':>8}{'picture':>12}{'CPU ms':>9}{'ratio':>8}{'clock ms':>10}{'ratio':>8}",
    ]
    for threads in sorted({1, usable_cpus()}):
        opened: dict[RuntimeName, Runtime] = {name: open_runtime(content, name, threads) for name in installed()}
        for shape, (height, width) in SHAPES.items():
            noise = noise_picture(height, width)
            taken = take_turns({name: partial(runtime.run, noise) for name, runtime in opened.items()}, rounds)
            clock = {name: statistics.median(times) for name, (times, _) in taken.items()}
            cpu = {name: statistics.median(times) for name, (_, times) in taken.items()}
            lines += [
                f"{versioned(name):22}{threads:8}{shape:>12}{cpu[name]:9.1f}{cpu[name] / cpu[_REFERENCE]:8.2f}"
                f"{clock[name]:10.1f}{clock[name] / clock[_REFERENCE]:8.2f}"
                for name in opened
            ]
    return lines


if __name__ == "__main__":
    typer.run(main)
