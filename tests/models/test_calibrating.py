import tomllib
from pathlib import Path

import pytest

from detector.detections import ObjectClass
from detector.figures import Judged
from detector.registry import Registry
from models.calibrating import LABELLED, calibrate, record
from tests.detector.test_figures import label, squares

BUTT, PERSON = ObjectClass.CIGARETTE_BUTT, ObjectClass.PERSON


def timid(count: int = 100) -> list[Judged]:
    """Butts that are seen at 0.2 and are there half of the time, and at 0.5 and nearly always there."""
    made: list[Judged] = []
    for number in range(count):
        there = [label(BUTT, 10, 10, 20)] * (number % 4 < 2) + [label(BUTT, 90, 10, 20)] * (number % 20 > 0)
        seen = squares((BUTT, 10, 10, 20, 0.2), (BUTT, 90, 10, 20, 0.5), (PERSON, 50, 10, 20, 0.5))
        made.append((squares(*there), seen))
    return made


def test_confidences_become_true_and_the_threshold_follows() -> None:
    made = calibrate(timid())
    assert set(made) == {BUTT}, "of people nobody said where they are"
    row = made[BUTT]
    assert row.before > 0.3
    assert row.halves < 0.1
    # The best F1 takes both kinds, or the surer one: the threshold lies below what that became.
    assert 0 < row.threshold < 0.9


def test_the_labelled_classes() -> None:
    assert [c.label for c in LABELLED] == ["e_tricycle", "cigarette_butt", "garbage"]


def test_too_little_is_left_alone() -> None:
    assert calibrate(timid(10)) == {}


def test_the_registry_keeps_the_calibration_and_the_rest(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    text = (
        'default = "a"\n[models.a]\nfile = "a.onnx"\nsha256 = "%s"\nclasses = ["person", "cigarette_butt"]\n'
        'output = "end2end"\n'
        "[models.a.thresholds]\nperson = 0.25\ncigarette_butt = 0.1\n[models.a.figures]\nsize = 640\n"
        "[models.a.figures.val_ap50]\nperson = 0.5\n"
    ) % ("0" * 64)
    registry.write_text(text, encoding="utf-8")
    found = calibrate(timid())
    record(registry, "a", found)
    again = Registry.load(registry).entry("a")
    assert again.calibration["cigarette_butt"][1] == pytest.approx(found[BUTT].calibration.shift, abs=0.001)
    assert again.thresholds == {"person": 0.25, "cigarette_butt": pytest.approx(found[BUTT].threshold, abs=0.001)}
    content = tomllib.loads(registry.read_text(encoding="utf-8"))["models"]["a"]
    assert content["figures"]["val_ap50"] == {"person": 0.5}
    assert content["figures"]["calibration_error_halves"]["cigarette_butt"] < 0.1
    before = registry.read_text(encoding="utf-8")
    record(registry, "a", found)
    assert registry.read_text(encoding="utf-8") == before
