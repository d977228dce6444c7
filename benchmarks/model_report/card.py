"""The model card: a template whose tables are filled in from a report."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template

from benchmarks.model_report.failures import Failure
from benchmarks.model_report.measures import TAUGHT_CLASSES, TEACHER_SURE, VIOLATION_CLASSES, Found, reliabilities
from benchmarks.model_report.report import FAR_PRECISION, Report
from benchmarks.model_report.targets import targets
from datasets.known_faults import KnownFaults
from detector.figures import SIZES, Accuracy, best_threshold
from detector.registry import ModelEntry

TEMPLATE = Path(__file__).with_name("card.md")

SHOWN = 5
"""Pictures that the card names for each class and kind of failure."""

OUTPUTS = {
    "end2end": "`output0` (batch, 300, 6): x1, y1, x2, y2, confidence, class, in input pixels; no suppression needed",
    "plain": "`output0` (batch, 4 + classes, places): centre x, centre y, width, height in input pixels, a score a "
    "class; boxes of one class that overlap by more than 0.6 are suppressed by `detector/model.py`",
}


def card(report: Report, faults: KnownFaults) -> str:
    """The text of the card."""
    entry = report.model.entry
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=report.model.name,
        classes=", ".join(entry.classes),
        file=entry.file,
        megabytes=f"{entry.path.stat().st_size / 1e6:.1f}",
        sha256=entry.sha256,
        size=entry.input_size,
        stride=entry.stride,
        output=OUTPUTS[entry.output],
        licence=entry.licence,
        trained_on=entry.trained_on if isinstance(entry.trained_on, str) else "; ".join(entry.trained_on),
        created=entry.created,
        export=_export(entry),
        measured=report.measured.isoformat(),
        machine=report.machine,
        val_pictures=report.val_pictures,
        targets=_targets(report),
        classes_table=_classes(report),
        sizes_table=_sizes(report),
        sources_table=_sources(report),
        far_table=_far(report),
        alarms_table=_alarms(report),
        clip_table=_clip(report),
        taught_table=_taught(report),
        reliability_table=_reliability(report),
        speed_table=_speed(report),
        int8_table=_int8(report),
        others_table=_others(report),
        failures_table=_failures(report.failures),
        faults_table=_table(["photo of `val`", "fault"], [[f"`{f.photo}`", f.fault] for f in faults.of_split("val")]),
        training=_training(entry),
        sure=f"{TEACHER_SURE:g}",
    )


def figures(report: Report) -> str:
    """The targets and the main figures as JSON, for programs that compare reports."""
    content = {
        "model": report.model.name,
        "sha256": report.model.entry.sha256,
        "measured": report.measured.isoformat(),
        "targets": [
            {"name": t.name, "wanted": t.wanted, "measured": t.measured, "met": t.met} for t in targets(report)
        ],
        "ap50": {c.label: row.ap50 for c, row in report.val.whole.items()},
        "sources": {f"{source}: {c.label}": row.ap50 for (source, c), row in report.sources.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _targets(report: Report) -> str:
    rows = [[t.name, t.wanted, t.measured, "yes" if t.met else "**no**"] for t in targets(report)]
    return _table(["", "wanted", "measured", "reached"], rows)


def _classes(report: Report) -> str:
    rows = []
    for c, row in report.val.whole.items():
        best = best_threshold(report.val.matches, c)
        rows.append(
            [
                c.label,
                str(row.labels),
                *_numbers([row.ap50, row.ap50_95]),
                f"{report.model.thresholds[c]:.3f}",
                *_numbers([row.precision, row.recall]),
                "–" if best is None else f"{best.f1:.3f} at {best.confidence:.3f}",
            ]
        )
    return _table(["class", "labels", "AP50", "AP50-95", "threshold", "precision", "recall", "best F1"], rows)


def _sizes(report: Report) -> str:
    rows = []
    for c, sizes in report.val.sizes.items():
        rows.append([c.label, *(_with_labels(sizes[size]) for size in SIZES)])
    return _table(["AP50 (labels)", *(f"{size} px" for size in SIZES)], rows)


def _sources(report: Report) -> str:
    rows = [
        [f"`{source}-`", c.label, str(row.labels), *_numbers([row.ap50, row.ap50_95, row.precision, row.recall])]
        for (source, c), row in report.sources.items()
    ]
    return _table(["photos", "class", "labels", "AP50", "AP50-95", "precision", "recall"], rows)


def _far(report: Report) -> str:
    registered, best = report.far
    rows: list[tuple[str, Found]] = [("registered", registered)]
    if best:
        rows.append((f"best recall at precision ≥ {FAR_PRECISION}", best))
    lines = [[name, f"{f.threshold:.3f}", str(f.labels), *_found(f)] for name, f in rows]
    return _table(["threshold", "", "butts", "recall", "precision"], lines)


def _alarms(report: Report) -> str:
    rows = [
        [name, str(found.pictures), *(str(found.counts[c]) for c in VIOLATION_CLASSES), f"{found.per(20):.2f}"]
        for name, found in report.alarms.items()
    ]
    return _table(["pictures", "", *(c.label for c in VIOLATION_CLASSES), "false per 20"], rows)


def _clip(report: Report) -> str:
    clip = report.clip
    rows = [
        ["the registered threshold", f"{clip.at_threshold.threshold:.3f}", *_found(clip.at_threshold)],
        ["the teacher's threshold", f"{clip.at_teachers.threshold:.3f}", *_found(clip.at_teachers)],
    ]
    if clip.same_precision:
        rows.append(["the teacher's precision", f"{clip.same_precision.threshold:.3f}", *_found(clip.same_precision)])
    table = _table(["at", "threshold", "recall", "precision"], rows)
    return (
        f"{table}\n\n{clip.frames} frames, {clip.at_threshold.labels} people of the teacher. At "
        f"{clip.at_threshold.threshold:.3f} the teacher itself has a precision of {clip.teacher_precision:.3f}. If its "
        f"people below {TEACHER_SURE:g} count as right too, the model's precision at the registered threshold is "
        f"{clip.unsure_explained:.3f}."
    )


def _taught(report: Report) -> str:
    rows = []
    for name, found in report.taught.items():
        rows.append([f"AP50 (objects) on {name}", *(_with_labels(found.whole[c]) for c in TAUGHT_CLASSES)])
    return _table(["", *(c.label for c in TAUGHT_CLASSES)], rows)


def _reliability(report: Report) -> str:
    parts = reliabilities(report.val)
    rows = []
    for name, part in parts.items():
        bins = [
            "–" if not count else f"{share:.2f} ({count})"
            for share, count in zip(part.correct, part.count, strict=True)
        ]
        rows.append([name, f"{part.error:.3f}", *bins])
    edges = [f"{low:.1f}–{low + 0.1:.1f}" for low in (number / 10 for number in range(10))]
    return _table(["share that is right (detections)", "error", *edges], rows)


def _speed(report: Report) -> str:
    shapes = list(report.speed[0].median)
    rows = [
        [s.build, s.runtime, *(f"{s.median[shape]:.1f} ({s.least[shape]:.1f}; {s.cpu[shape]:.1f})" for shape in shapes)]
        for s in report.speed
    ]
    return _table(["build", "runtime", *(f"{shape}: median (least; CPU) ms" for shape in shapes)], rows)


def _int8(report: Report) -> str:
    if report.int8 is None:
        return "Not measured: the extra `train` is not installed."
    rows = [[c.label, *_numbers([report.val.whole[c].ap50, row.ap50])] for c, row in report.int8.whole.items()]
    return f"The int8 build has {report.int8.size / 1e6:.1f} MB.\n\n" + _table(["AP50", "fp32", "int8"], rows)


def _others(report: Report) -> str:
    if not report.others:
        return "No other model is registered."
    rows = [
        [f"`{name}`", *(_numbers([row.ap50])[0] for row in whole.values())] for name, whole in report.others.items()
    ]
    return _table(["AP50 on `val`", *(c.label for c in VIOLATION_CLASSES)], rows)


def _failures(found: Sequence[Failure]) -> str:
    rows = []
    for c in VIOLATION_CLASSES:
        for kind in ("missed", "false"):
            chosen = [failure for failure in found if (failure.kind, failure.object_class) == (kind, c)]
            worst = ", ".join(f"`{f.path.stem}` ({_how_bad(f)})" for f in chosen[:SHOWN])
            rows.append([c.label, "missed labels" if kind == "missed" else "false alarms", str(len(chosen)), worst])
    return _table(["class", "", "count", f"the worst {SHOWN}"], rows)


def _how_bad(failure: Failure) -> str:
    return f"{failure.side:.0f} px" if failure.kind == "missed" else f"{failure.confidence:.2f}"


def _training(entry: ModelEntry) -> str:
    """What the registry says of how the model was made, as a list."""
    wanted = {
        "command": "command",
        "head": "head",
        "coco_share": "share of COCO weights blended back in",
        "reference": "labels of the figures in `registry.toml`",
        "tried": "tried on the way",
        "calibration_error_before": "calibration error by class, uncalibrated",
        "calibration_error_halves": "the same, calibrated on one half of `val` and measured on the other",
        "int8": "int8 build when it was registered",
    }
    lines = [f"- {said}: {_plain(entry.figures[key])}" for key, said in wanted.items() if key in entry.figures]
    return "\n".join(lines)


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
    return f"{value:g}" if isinstance(value, float) else f"{value}"


def _export(entry: ModelEntry) -> str:
    pixels, confidence = entry.figures.get("export_pixels"), entry.figures.get("export_confidence")
    return (
        "not recorded" if pixels is None else f"{pixels} px, {confidence} in confidence, on every 20th photo of `val`"
    )


def _found(found: Found) -> list[str]:
    return _numbers([found.recall, found.precision])


def _with_labels(row: Accuracy) -> str:
    return "–" if not row.labels else f"{_numbers([row.ap50])[0]} ({row.labels})"


def _numbers(values: Iterable[float | None]) -> list[str]:
    return ["–" if value is None else f"{value:.3f}" for value in values]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_lines(head, rows))


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
