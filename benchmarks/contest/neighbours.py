"""Neighbours: rows that other benchmarks measure, each run as it is by hand, with ``--json``."""

import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmarks.contest.stage import StageError, process
from benchmarks.contest.table import Row


class ManyCameras(BaseModel):
    """What ``benchmarks.many_cameras --json`` says in its last line."""

    model_config = ConfigDict(extra="ignore")

    cameras: int
    median_age_ms: float
    further_camera_mb: float
    found: int
    planted: int
    cores: float


class TwoNodes(BaseModel):
    """What ``benchmarks.cluster --json`` says in its last line."""

    model_config = ConfigDict(extra="ignore")

    ratio: float
    by_cpu: float
    recall: float
    looks: int
    cores_got: float


def many_cameras_rows(left_out: str | None = None) -> tuple[Row, Row]:
    """Cameras on this box, and the memory that one more takes; or why they are left out."""
    cameras, memory = (
        "cameras at 5 fps, 640×360, 10 % moving, on 2 cores, median age below 500 ms",
        "memory a further camera costs",
    )
    try:
        said = ManyCameras.model_validate(
            _answer("benchmarks.many_cameras", ["--cameras", "40", "--seconds", "60"], left_out)
        )
    except (StageError, ValidationError) as error:
        why = _one_line(error)
        return Row(cameras, 40, None, why, unit=""), Row(memory, 25, None, why, unit="MB", at_most=True)
    young = said.median_age_ms < 500
    how = (
        f"{said.cameras} cameras took {said.cores:.2f} cores; median age {said.median_age_ms:.0f} ms"
        f"{'' if young else ', too old: less than so many'}"
    )
    recall = f"{said.found}/{said.planted} / –"
    return (
        Row(cameras, 40, said.cameras, how, unit="", recall=recall, same=young),
        Row(memory, 25, said.further_camera_mb, "in the same run", unit="MB", at_most=True, recall=recall),
    )


def two_nodes_row(left_out: str | None = None) -> Row:
    """Two nodes of Ray beside one; or why they are left out."""
    measure = "Ray: two nodes over one on the same work, one core each"
    try:
        said = TwoNodes.model_validate(_answer("benchmarks.cluster", ["--rounds", "1"], left_out))
    except (StageError, ValidationError) as error:
        return Row(measure, 1.8, None, _one_line(error))
    how = (
        f"looks a second, {said.looks} looks each; by processor time of a look {said.by_cpu:.2f} ×; two machines got"
        f" {said.cores_got:.0%} of their cores"
    )
    return Row(measure, 1.8, said.ratio, how, recall=f"{said.recall:.2f} / –")


def _answer(module: str, arguments: Sequence[str], left_out: str | None) -> object:
    """The last line that a benchmark prints.

    Raises:
        StageError: it is left out, not there, fails, or its last line is no JSON.
    """
    if left_out is not None:
        raise StageError(left_out)
    print(module, file=sys.stderr, flush=True)
    if find_spec(module) is None:
        raise StageError(f"{module} is not there")
    lines = process(module, [*arguments, "--json"])
    try:
        return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError) as error:
        raise StageError(f"{module} printed no JSON") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
