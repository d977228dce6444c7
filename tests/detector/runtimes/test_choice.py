import time
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from detector.detections import FloatArray
from detector.registry import ModelError
from detector.runtimes.choice import CACHE_VARIABLE, Choices, Opener, Task, choose, kept_in, measure
from detector.runtimes.runtime import Runtime, RuntimeName

SHAPE = (1, 3, 8, 8)


class TimedRuntime(Runtime):
    """Takes so many milliseconds a call."""

    def __init__(self, name: str, milliseconds: float) -> None:
        self._name, self._seconds = name, milliseconds / 1000
        self.calls = 0

    @property
    def name(self) -> str:
        return self._name

    def run(self, batch: FloatArray) -> FloatArray:
        self.calls += 1
        time.sleep(self._seconds)
        return batch


class BrokenRuntime(TimedRuntime):
    def run(self, batch: FloatArray) -> FloatArray:
        raise RuntimeError(f"no kernel for {batch.shape}")


def task(**changes: object) -> Task:
    given = {"model": "a" * 64, "shape": SHAPE, "threads": 1, "lanes": 1, "candidates": ("onnxruntime", "openvino")}
    return Task.model_validate(given | changes)


def openers(**milliseconds: float) -> dict[RuntimeName, Opener]:
    names: dict[str, RuntimeName] = {"onnxruntime": "onnxruntime", "openvino": "openvino", "cuda": "cuda"}
    return {names[n]: lambda n=n, ms=ms: TimedRuntime(n, ms) for n, ms in milliseconds.items()}  # type: ignore[misc]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.runtimes.choice.MEASURED_SECONDS", 0.05)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("openvino", "chosen"), [(1.0, "openvino"), (8.0, "onnxruntime"), (3.98, "onnxruntime")])
def test_the_fastest_is_taken_and_a_draw_goes_to_onnxruntime(tmp_path: Path, openvino: float, chosen: str) -> None:
    assert choose(task(), openers(onnxruntime=4.0, openvino=openvino), tmp_path / "kept.json").name == chosen


@pytest.mark.usefixtures("quick")
def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "kept.json"
    choose(task(), openers(onnxruntime=4.0, openvino=1.0), file)
    again = choose(task(), openers(onnxruntime=1.0, openvino=4.0), file)
    assert isinstance(again, TimedRuntime)
    assert (again.name, again.calls) == ("openvino", 0)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "other",
    [
        {"model": "b" * 64},
        {"machine": "another"},
        {"packages": {"openvino": "1"}},
        {"threads": 2},
        {"shape": (2, 3, 8, 8)},
    ],
)
def test_another_model_machine_or_package_is_measured_anew(tmp_path: Path, other: dict[str, object]) -> None:
    file = tmp_path / "kept.json"
    choose(task(), openers(onnxruntime=4.0, openvino=1.0), file)
    assert choose(task(**other), openers(onnxruntime=1.0, openvino=4.0), file).name == "onnxruntime"
    assert len(Choices.read(file).measurements) == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("content", ["", "{", '{"measurements": [{"task": 1}]}', "\x00\xff"])
def test_a_damaged_file_is_measured_over(tmp_path: Path, content: str) -> None:
    file = tmp_path / "kept.json"
    file.write_text(content, encoding="utf-8")
    with capture_logs() as logs:
        assert choose(task(), openers(onnxruntime=4.0, openvino=1.0), file).name == "openvino"
    assert any("cannot be read" in line["event"] for line in logs)
    assert len(Choices.read(file).measurements) == 1


@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_written_is_said_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with capture_logs() as logs:
        chosen = choose(task(), openers(onnxruntime=4.0, openvino=1.0), tmp_path / "file" / "kept.json")
    assert chosen.name == "openvino"
    assert any("cannot be kept" in line["event"] for line in logs)


@pytest.mark.usefixtures("quick")
def test_a_runtime_that_cannot_load_or_run_the_model_is_left_out(tmp_path: Path) -> None:
    def missing() -> Runtime:
        raise ModelError("no GPU")

    makers = openers(onnxruntime=4.0)
    assert choose(task(), {**makers, "cuda": missing}, tmp_path / "1.json").name == "onnxruntime"
    assert (
        choose(task(), {**makers, "cuda": lambda: BrokenRuntime("cuda", 0)}, tmp_path / "2.json").name == "onnxruntime"
    )
    with pytest.raises(ModelError, match="no GPU"):
        choose(task(), {"cuda": missing}, tmp_path / "3.json")
    with pytest.raises(ModelError, match="none of cuda can run the model"):
        measure({"cuda": BrokenRuntime("cuda", 0)}, SHAPE, 0.05)


@pytest.mark.usefixtures("quick")
def test_a_choice_whose_libraries_are_gone_is_measured_again(tmp_path: Path) -> None:
    def gone() -> Runtime:
        raise ModelError("libcudart is gone")

    file = tmp_path / "kept.json"
    choose(task(), openers(onnxruntime=4.0, cuda=1.0), file)
    assert choose(task(), {**openers(onnxruntime=4.0), "cuda": gone}, file).name == "onnxruntime"


def test_runtimes_take_turns() -> None:
    runtimes: dict[RuntimeName, Runtime] = {"onnxruntime": TimedRuntime("a", 1), "openvino": TimedRuntime("b", 5)}
    found = measure(runtimes, SHAPE, seconds=0.04)
    assert found["onnxruntime"] < 4 <= found["openvino"]
    assert len({r.calls for r in runtimes.values() if isinstance(r, TimedRuntime)}) == 1
    assert np.isfinite(list(found.values())).all()


def test_the_file_lies_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert kept_in() == tmp_path / "runtimes.json"
    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_in() == tmp_path / "streetwarden" / "runtimes.json"
