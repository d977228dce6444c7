"""Another model while the old one works on, with real ONNX files: copies of the registered one."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import pytest
from structlog.testing import capture_logs

from detector.camera_worker import CameraConfig
from detector.detections import CLASS_NAMES, ObjectClass
from detector.engine import Engine, EngineFolders
from detector.model import Model
from detector.model_watch import ModelWatch
from detector.registry import REGISTRY_NAME, ModelError, Registry
from detector.scene import Scene
from tests.detector.squares import paint

GOOD = "good.onnx"


class Folder:
    """A folder of models in which a test registers what it likes."""

    def __init__(self, path: Path, content: bytes, size: int, output: str) -> None:
        self.path = path
        self.content = content
        self._size = size
        self._output = output
        (path / GOOD).write_bytes(content)
        self.register("first", GOOD)

    def register(
        self, name: str, file: str, *, sha256: str = "", classes: tuple[str, ...] = CLASS_NAMES, person: float = 0.3
    ) -> None:
        """Make a model the only one and the default."""
        digest = sha256 or hashlib.sha256((self.path / file).read_bytes()).hexdigest()
        self.write(
            f"default = '{name}'\n[models.{name}]\nfile = '{file}'\nsha256 = '{digest}'\nclasses = {list(classes)}\n"
            f"input_size = {self._size}\noutput = '{self._output}'\nthresholds = {{person = {person}}}\n"
        )

    def write(self, text: str) -> None:
        """Replace the registry as train.py does."""
        unfinished = self.path / "registry.tmp"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(self.path / REGISTRY_NAME)

    def remark(self, remark: str) -> bytes:
        """The same model with a remark in its file: ONNX field 6, doc_string. The last one of a file counts."""
        text = remark.encode()
        return self.content + bytes([6 << 3 | 2, len(text)]) + text

    def watch(self) -> ModelWatch:
        return ModelWatch(
            Model.load(registry=self.path, runtime="onnxruntime", threads=1),
            registry=self.path,
            runtime="onnxruntime",
            threads=1,
        )


@pytest.fixture(scope="module")
def real() -> tuple[bytes, int, str]:
    try:
        entry = Registry.load().entry()
        if entry.classes != CLASS_NAMES:
            pytest.skip("the registered model has other classes")
        return entry.read(), entry.input_size, entry.output
    except ModelError as error:
        pytest.skip(f"needs the registered model: {error}")


@pytest.fixture
def folder(tmp_path: Path, real: tuple[bytes, int, str]) -> Folder:
    return Folder(tmp_path, *real)


def test_nothing_new(folder: Folder) -> None:
    watch = folder.watch()
    assert watch.look() is None
    assert watch.look() is None
    folder.register("first", GOOD)  # written again, says the same
    assert watch.look() is None
    assert watch.refusal == ""


def test_another_default_another_file_another_threshold(folder: Folder) -> None:
    watch = folder.watch()
    (folder.path / "second.onnx").write_bytes(folder.remark("second"))
    folder.register("second", "second.onnx")
    second = watch.look()
    assert second is not None
    assert second.name == "second"
    assert watch.model is second
    assert watch.look() is None

    (folder.path / "third.onnx").write_bytes(folder.remark("third"))
    folder.register("second", "third.onnx")
    third = watch.look()
    assert third is not None
    assert (third.name, third.entry.file) == ("second", "third.onnx")

    folder.register("second", "third.onnx", person=0.6)
    fourth = watch.look()
    assert fourth is not None
    assert fourth.thresholds[ObjectClass.PERSON] == pytest.approx(0.6)


def test_a_model_that_was_asked_for_by_name_is_not_exchanged_for_another_default(folder: Folder) -> None:
    first = (folder.path / REGISTRY_NAME).read_text()
    watch = ModelWatch(folder.watch().model, "first", registry=folder.path, runtime="onnxruntime", threads=1)
    entry = first.partition("\n")[2]
    folder.write("default = 'second'\n" + entry + entry.replace("first", "second"))
    assert watch.look() is None
    assert watch.refusal == ""


def changed(folder: Folder) -> None:
    """Not the file that was registered: a copy that broke off."""
    (folder.path / "bad.onnx").write_bytes(folder.content[:-9])
    folder.register("second", "bad.onnx", sha256=hashlib.sha256(folder.content).hexdigest())


def no_model(folder: Folder) -> None:
    (folder.path / "bad.onnx").write_bytes(b"<html>not found</html>" * 100)
    folder.register("second", "bad.onnx")


def cut_off(folder: Folder) -> None:
    (folder.path / "bad.onnx").write_bytes(folder.content[: len(folder.content) // 2])
    folder.register("second", "bad.onnx")


def fewer_classes(folder: Folder) -> None:
    folder.register("second", GOOD, classes=CLASS_NAMES[:8])


def other_classes(folder: Folder) -> None:
    folder.register("second", GOOD, classes=(*CLASS_NAMES[:7], "garbage", "cigarette_butt"))


def unknown_classes(folder: Folder) -> None:
    folder.register("second", GOOD, classes=(*CLASS_NAMES[:8], "litter"))


def no_file(folder: Folder) -> None:
    folder.register("second", "gone.onnx", sha256="0" * 64)


def no_toml(folder: Folder) -> None:
    folder.write("default = ")


def no_registry(folder: Folder) -> None:
    (folder.path / REGISTRY_NAME).unlink()


def damaged(folder: Folder) -> None:
    """The file behind the model in use: it works on, and the next start would fail."""
    (folder.path / GOOD).write_bytes(folder.content[:-9])


BAD: list[tuple[Callable[[Folder], None], str]] = [
    (changed, "the file was changed or is incomplete"),
    (no_model, "onnxruntime cannot load the model"),
    (cut_off, "onnxruntime cannot load the model"),
    (fewer_classes, "does not see garbage, which the model in use sees"),
    (other_classes, "its classes are person"),
    (unknown_classes, "unknown classes litter"),
    (no_file, "gone.onnx: the model cannot be read"),
    (no_toml, "is not TOML"),
    (no_registry, "the model registry cannot be read"),
    (damaged, "the file was changed or is incomplete"),
]


@pytest.mark.parametrize(("spoil", "reason"), BAD, ids=[spoil.__name__ for spoil, _ in BAD])
def test_a_bad_one_leaves_the_old_one_and_says_why(
    folder: Folder, spoil: Callable[[Folder], None], reason: str
) -> None:
    watch = folder.watch()
    old = watch.model
    spoil(folder)
    with capture_logs() as logs:
        assert watch.look() is None
        assert watch.look() is None
    assert watch.model is old
    assert reason in watch.refusal
    assert "\n" not in watch.refusal
    assert [entry["log_level"] for entry in logs] == ["error"]  # said once
    # Put right, it is taken, and nothing is refused any more.
    (folder.path / "right.onnx").write_bytes(folder.remark("right"))
    folder.register("second", "right.onnx")
    assert watch.look() is not None
    assert watch.refusal == ""


def test_a_file_that_arrives_after_the_registry_is_tried_again(folder: Folder) -> None:
    watch = folder.watch()
    whole = folder.remark("late")
    folder.register("second", "late.onnx", sha256=hashlib.sha256(whole).hexdigest())
    assert watch.look() is None
    (folder.path / "late.onnx").write_bytes(whole[:1000])
    assert watch.look() is None
    (folder.path / "late.onnx").write_bytes(whole)
    late = watch.look()
    assert late is not None
    assert late.name == "second"


def test_a_change_before_the_first_look_is_seen(folder: Folder) -> None:
    old = Model.load(registry=folder.path, runtime="onnxruntime", threads=1)
    folder.register("first", GOOD, person=0.7)
    watch = ModelWatch(old, registry=folder.path, runtime="onnxruntime", threads=1)
    assert watch.look() is not None


def test_a_camera_goes_on_with_the_new_model(folder: Folder) -> None:
    """From a changed registry to a running camera: no frame is lost, and a bad model changes nothing."""
    watch = folder.watch()
    engine = Engine(watch.model, EngineFolders(folder.path / "outbox", folder.path / "points"), ZoneInfo("UTC"))
    place = Scene.model_validate({"camera": {"id": "gate-1"}})
    start = datetime(2026, 11, 24, 4, tzinfo=UTC)
    done, picture = cv2.imencode(".jpg", paint(320, 240))
    assert done

    def push(step: int) -> None:
        when = start + timedelta(seconds=step)
        engine.push("gate-1", picture.tobytes(), when)
        deadline = time.monotonic() + 20
        while engine.status()["gate-1"].last_frame_at != when:
            assert time.monotonic() < deadline, "the frame was not looked at"
            time.sleep(0.01)

    try:
        engine.configure([CameraConfig(place, "push:")])
        push(0)
        no_model(folder)
        assert watch.look() is None
        push(1)
        assert engine.model.name == "first"
        (folder.path / "second.onnx").write_bytes(folder.remark("second"))
        folder.register("second", "second.onnx")
        new = watch.look()
        assert new is not None
        engine.use_model(new)
        push(2)
        assert engine.model.name == "second"
        assert engine.status()["gate-1"].state == "running"
        assert engine.status()["gate-1"].dropped == 0
    finally:
        engine.stop()
