"""Rows: what each contestant's run says about the measures that are wanted."""

from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Score, score
from benchmarks.contest.outcome import Outcome
from benchmarks.contest.slices import agreement
from benchmarks.contest.stage import Results
from benchmarks.contest.table import Row

SAME_BOX = 0.5
"""IoU from which a box of ours and a box of sahi's are one: the usual one (COCO). sahi's merging makes boxes larger."""
EXACT_BOX = 0.9
SAME_SHARE = 0.98


def bare_row(results: Results, clip: Clip) -> Row:
    """The whole pipeline beside the model alone."""
    measure = "pipeline over bare model, every frame, crossroad, onnxruntime fp32"
    ours, one, lanes = (results.of(name, clip.name) for name in ("ours-every", "bare-one", "bare-lanes"))
    if isinstance(ours, str) or isinstance(one, str) or isinstance(lanes, str):
        return _without(measure, 0.95, ours, one, lanes)
    quicker = min(one, lanes, key=lambda bare: bare.wall_s)
    how = (
        f"{_rate(ours)} pictures/s beside {_rate(one)} called one after another on all CPUs and {_rate(lanes)} called"
        f" side by side, a CPU each; the quicker counts. By processor time {lanes.cpu_s / ours.cpu_s:.2f}"
    )
    return Row(measure, 0.95, quicker.wall_s / ours.wall_s, how, recall=_recall(clip, ours))


def every_frame_row(results: Results, clip: Clip) -> Row:
    """Every frame, beside ultralytics."""
    measure = "every frame, crossroad, over ultralytics track, best CPU runtime"
    every, best, theirs = (results.of(name, clip.name) for name in ("ours-every", "ours-best", "ultralytics"))
    if isinstance(every, str) or isinstance(best, str) or isinstance(theirs, str):
        return _without(measure, 1.4, every, best, theirs)
    ours = min(every, best, key=lambda run: run.wall_s)
    how = (
        f"{_rate(ours)} pictures/s on {ours.versions[0]} beside {_rate(theirs)}; by processor time"
        f" {theirs.cpu_s / ours.cpu_s:.2f} ×"
    )
    return _against(measure, 1.4, theirs.wall_s / ours.wall_s, how, clip, ours, theirs)


def looking_row(results: Results, clip: Clip, name: str, wanted: float) -> Row:
    """Camera-seconds that a second of processor time pays for, beside another tool's."""
    measure = f"camera-seconds per CPU-second over {name}, {clip.name}"
    ours, theirs = results.of("ours-looking", clip.name), results.of(name, clip.name)
    if isinstance(ours, str) or isinstance(theirs, str):
        return _without(measure, wanted, ours, theirs)
    how = (
        f"{clip.seconds / ours.cpu_s:.1f} beside {clip.seconds / theirs.cpu_s:.1f} camera-s/CPU-s, as each is set up:"
        f" ours {ours.note}, theirs all {theirs.frames}"
    )
    return _against(measure, wanted, theirs.cpu_s / ours.cpu_s, how, clip, ours, theirs)


def still_row(results: Results, clip: Clip) -> Row:
    """A mostly still clip beside its decoding."""
    measure = "mostly still clip: share of decode-only throughput"
    ours, every, decoding = (results.of(name, clip.name) for name in ("ours-looking", "ours-every", "decoding"))
    if isinstance(ours, str) or isinstance(every, str) or isinstance(decoding, str):
        return _without(measure, 0.7, ours, every, decoding)
    how = (
        f"{ours.cpu_s:.1f} CPU s ({ours.note}) beside {decoding.cpu_s:.1f} for decoding every picture and"
        f" {every.cpu_s:.1f} for looking at every one; recall beside that of looking at every one"
    )
    return _against(measure, 0.7, decoding.cpu_s / ours.cpu_s, how, clip, ours, every, unit="")


def slices_row(results: Results) -> Row:
    """A photo of 12 megapixels, beside sahi."""
    measure = "a photo of 12 Mpx with tiles over sahi, the same boxes"
    ours, theirs = results.of("ours-tiles"), results.of("sahi")
    if isinstance(ours, str) or isinstance(theirs, str):
        return _without(measure, 2.0, ours, theirs)
    (sure, same), (_, exact) = (agreement(theirs.boxes, ours.boxes, least) for least in (SAME_BOX, EXACT_BOX))
    own, known = agreement(ours.boxes, theirs.boxes, SAME_BOX)
    how = (
        f"{ours.wall_s / ours.frames:.2f} s a photo beside {theirs.wall_s / theirs.frames:.2f}; by processor time"
        f" {theirs.cpu_s / ours.cpu_s:.2f} ×; of sahi's {sure} sure boxes ours has {same} (IoU {SAME_BOX:g}),"
        f" {exact} of them within {EXACT_BOX:g}; sahi has {known} of our {own}"
    )
    recall = f"{same / max(1, sure):.3f} / {known / max(1, own):.3f}"
    return Row(
        measure, 2.0, theirs.wall_s / ours.wall_s, how, recall=recall, same=bool(sure) and same >= SAME_SHARE * sure
    )


def frigate_row() -> Row:
    """Frigate, which cannot be had here."""
    return Row(
        "camera-seconds per CPU-second over Frigate's documented way (5 fps, motion regions)",
        1.2,
        None,
        "left out: Frigate is given out as a container image only; there is no package of it on PyPI (frigate there is"
        " a tool for Helm charts) or in Debian",
    )


def _against(
    measure: str, wanted: float, measured: float, how: str, clip: Clip, ours: Outcome, theirs: Outcome, unit: str = "×"
) -> Row:
    own, other = _score(clip, ours), _score(clip, theirs)
    return Row(measure, wanted, measured, how, unit=unit, recall=f"{own} / {other}", same=own.found >= other.found)


def _without(measure: str, wanted: float, *parts: Outcome | str) -> Row:
    return Row(measure, wanted, None, "; ".join(dict.fromkeys(part for part in parts if isinstance(part, str))))


def _score(clip: Clip, outcome: Outcome) -> Score:
    return score(outcome.events, clip.truths)


def _recall(clip: Clip, outcome: Outcome) -> str:
    return f"{_score(clip, outcome)} / –"


def _rate(outcome: Outcome) -> str:
    return f"{outcome.frames / outcome.wall_s:.1f}"
