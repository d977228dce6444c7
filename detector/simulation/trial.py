"""Trial: one street through the product's own pipeline, and its reports compared with the truth."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detector.detections import ObjectClass
from detector.pipeline import Pipeline
from detector.simulation.observer import Faults, Observer
from detector.simulation.street import Street
from detector.simulation.truth import Offence, Truth, truth_of
from detector.violations import Violation, ViolationKind

__all__ = ["Faults", "Trial", "judge", "observe", "run_trial"]

_THRESHOLDS = dict.fromkeys(ObjectClass, 0.3)
_NEAR = 0.75
"""A report is about an actor when their feet are at most this far apart, in the actor's own height."""

_LATE_SECONDS = 12.0
"""A visit is reported when its end is sure; a box at the kerb may prolong it a little."""


@dataclass(slots=True)
class Trial:
    """What one street gave.

    Attributes:
        found: offences that were reported, with their reports.
        missed: clear offences that were not.
        repeated: reports of an offence that had been reported already.
        false: reports of nothing.
        excused: reports within a tolerance band.
        seconds: simulated time; ``cost`` is the processor time for ``frames`` frames, the street's own included.
    """

    found: list[tuple[Offence, Violation]] = field(default_factory=list)
    missed: list[Offence] = field(default_factory=list)
    repeated: list[Violation] = field(default_factory=list)
    false: list[Violation] = field(default_factory=list)
    excused: list[Violation] = field(default_factory=list)
    seconds: float = 0.0
    frames: int = 0
    cost: float = 0.0


def run_trial(street: Street, faults: Faults, fps: float) -> Trial:
    """Watch a street and judge what is reported."""
    observer = Observer(street, faults, fps)
    reports, frames, cost = observe(street, observer)
    trial = judge(truth_of(street, observer.stalls), reports)
    trial.seconds, trial.frames, trial.cost = street.seconds, frames, cost
    return trial


def observe(street: Street, observer: Observer) -> tuple[list[Violation], int, float]:
    """What a pipeline reports of a street, from how many frames, and the processor time of all that."""
    began = time.thread_time()
    pipeline = Pipeline(street.scene(), thresholds=_THRESHOLDS)
    reports: list[Violation] = []
    frames = 0
    for frame, seen in observer:
        reports.extend(pipeline.process(frame, seen))
        frames += 1
    reports.extend(pipeline.finish())
    return reports, frames, time.thread_time() - began


def judge(truth: Truth, reports: Sequence[Violation]) -> Trial:
    """Compare reports with the truth, one to one, the nearest first."""
    trial = Trial()
    pairs = [
        (distance, i, j)
        for i, report in enumerate(reports)
        for j, offence in enumerate(truth.offences)
        if (distance := _distance(truth, offence, report)) is not None
    ]
    # A clear offence is found before a report may be excused by an unclear one.
    pairs.sort(key=lambda p: (not truth.offences[p[2]].clear, p[0]))
    owner: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in owner and j not in owner.values():
            owner[i] = j
    spare = [o.more for o in truth.offences]
    near = {i: [j for _, k, j in pairs if k == i] for i in range(len(reports))}
    for i, report in enumerate(reports):
        if i in owner:
            offence = truth.offences[owner[i]]
            if offence.clear:
                trial.found.append((offence, report))
            else:
                trial.excused.append(report)
        elif not near[i]:
            trial.false.append(report)
        else:
            excuse = next((j for j in near[i] if spare[j] > 0), None)
            if excuse is None:
                trial.repeated.append(report)
            else:
                spare[excuse] -= 1
                trial.excused.append(report)
    trial.missed = [o for j, o in enumerate(truth.offences) if o.clear and j not in owner.values()]
    return trial


def _distance(truth: Truth, offence: Offence, report: Violation) -> float | None:
    """How far a report is from an offence, in heights of the actor; None where it is about something else."""
    if report.kind is not offence.kind or report.started_s is None or report.ended_s is None:
        return None
    if report.started_s > offence.ended + 2 or report.ended_s < offence.started - 2:
        return None
    if report.ended_s > offence.ended + _LATE_SECONDS:
        return None
    return min((d for a in offence.actors if (d := _apart(truth, a, report)) is not None), default=None)


def _apart(truth: Truth, actor: int, report: Violation) -> float | None:
    assert report.ended_s is not None  # the caller has looked
    for late in (0.0, -0.5, -1.0, -2.0):  # who has just left the picture was there a moment ago
        box = truth.box(actor, report.ended_s + late)
        if np.isfinite(box[0]):
            break
    else:
        return None
    if report.kind is ViolationKind.CIGARETTE_BUTT:  # the report's box is around the whole patch
        left, top, right, bottom = report.box
        inside = left - 12 < (box[0] + box[2]) / 2 < right + 12 and top - 12 < (box[1] + box[3]) / 2 < bottom + 12
        return 0.0 if inside else None
    feet = np.array([(box[0] + box[2]) / 2, box[3]])
    said = np.array([(report.box[0] + report.box[2]) / 2, report.box[3]])
    distance = float(np.hypot(*(feet - said)) / (box[3] - box[1]))
    return distance if distance < _NEAR else None
