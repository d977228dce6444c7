"""Targets: what the model has to reach, beside what was measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.model_report.measures import FalseAlarms
from benchmarks.model_report.report import FAR_PRECISION, Report
from detector.detections import ObjectClass

AP50 = {ObjectClass.E_TRICYCLE: 0.86, ObjectClass.CIGARETTE_BUTT: 0.98, ObjectClass.GARBAGE: 0.82}
SMALL_LITTER, PEOPLE, FAR_RECALL = 0.72, 0.97, 0.6
FALSE_PER_20, BUTTS_PER_50 = 1.0, 1.0
SAME_PRECISION = 0.995
"""From here on a precision is 1 when rounded as the issue's figures are."""
MEGABYTES = 12.0
INT8_FASTER, INT8_LOST = 1.2, 0.01


@dataclass(frozen=True)
class Target:
    """One thing to reach.

    Attributes:
        name: what it is.
        wanted: in words.
        measured: in words.
        met: whether it is reached.
    """

    name: str
    wanted: str
    measured: str
    met: bool


def targets(report: Report) -> Iterator[Target]:
    """Every target with what was measured."""
    for c, wanted in AP50.items():
        yield _at_least(f"AP50 {c.label} on `val`", wanted, report.val.whole[c].ap50)
    litter = report.sources.get(("litter", ObjectClass.GARBAGE))
    yield _at_least("AP50 garbage in `litter-` photos alone", SMALL_LITTER, litter.ap50 if litter else None)
    clip = report.clip
    yield Target(
        "people on the clip, of the teacher's",
        f"recall ≥ {PEOPLE:.2f} at the teacher's precision, which is 1 where its unsure people count as people",
        f"{clip.at_threshold.recall:.3f} at {clip.unsure_explained:.3f} (registered threshold)",
        clip.at_threshold.recall >= PEOPLE and clip.unsure_explained >= SAME_PRECISION,
    )
    registered, best = report.far
    yield Target(
        "butts of 8 to 12 px in 1920 × 1080 px, with tiles",
        f"recall ≥ {FAR_RECALL:.2f} at precision ≥ {FAR_PRECISION:.2f}",
        f"{registered.recall:.3f} at {registered.precision:.3f} (registered threshold); "
        + (f"{best.recall:.3f} at {best.precision:.3f}" if best else f"precision never reaches {FAR_PRECISION}"),
        best is not None and best.recall >= FAR_RECALL,
    )
    empty = report.alarms["empty streets"]
    yield _at_most("false violation classes per 20 empty streets", FALSE_PER_20, empty.per(20), empty)
    unseen = report.alarms["`trike-` photos of `val`"] + report.alarms["held-out replay photos"]
    butts = unseen.per(50, ObjectClass.CIGARETTE_BUTT)
    yield _at_most("butts per 50 `trike-` and replay photos", BUTTS_PER_50, butts, unseen)
    size = report.model.entry.path.stat().st_size / 1e6
    yield Target("size of the file", f"≤ {MEGABYTES:g} MB", f"{size:.1f} MB", size <= MEGABYTES)
    yield from _int8(report)


def int8_speedups(report: Report) -> dict[str, tuple[float, float]]:
    """How many times as fast int8 is as fp32, by runtime, for a tile: by CPU time and by the clock."""
    times = {(speed.build, speed.runtime): speed for speed in report.speed}
    names = sorted({runtime for build, runtime in times if build == "int8"})
    tile = "640 × 640"
    return {
        name: (
            times["fp32", name].cpu[tile] / times["int8", name].cpu[tile],
            times["fp32", name].median[tile] / times["int8", name].median[tile],
        )
        for name in names
    }


def _int8(report: Report) -> Iterator[Target]:
    """What an int8 build would need to be shipped."""
    if report.int8 is None:
        return
    for runtime, (speedup, clock) in int8_speedups(report).items():
        yield Target(
            f"int8 on {runtime} (ships only if reached)",
            f"≥ {INT8_FASTER} × fp32",
            f"{speedup:.2f} × in CPU time ({clock:.2f} × by the clock)",
            speedup >= INT8_FASTER,
        )
    lost = {c: (report.val.whole[c].ap50 or 0.0) - (row.ap50 or 0.0) for c, row in report.int8.whole.items()}
    worst = max(lost, key=lambda c: lost[c])
    yield Target(
        "AP50 that int8 loses, the worst class (ships only if reached)",
        f"< {INT8_LOST}",
        f"{lost[worst]:.4f} ({worst.label})",
        lost[worst] < INT8_LOST,
    )


def _at_least(name: str, wanted: float, measured: float | None) -> Target:
    said = "–" if measured is None else f"{measured:.3f}"
    return Target(name, f"≥ {wanted:.2f}", said, measured is not None and measured >= wanted)


def _at_most(name: str, wanted: float, measured: float, alarms: FalseAlarms) -> Target:
    return Target(name, f"≤ {wanted:g}", f"{measured:.2f} (of {alarms.pictures} pictures)", measured <= wanted)
