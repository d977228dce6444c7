from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from detector.scene import Scene, SceneError, describe

SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
FULL: dict[str, Any] = {
    "camera": {"id": "gate-1", "name": "北门路口", "longitude": 117.2, "latitude": 39.13},
    "zones": [
        {"name": "road", "kind": "carriageway", "polygon": SQUARE},
        {"name": "zebra", "kind": "crosswalk", "polygon": SQUARE, "signal": {"lamp": [0.1, 0.1, 0.2, 0.2]}},
        {"name": "kerb", "kind": "no_parking", "polygon": SQUARE, "seconds": 180, "schedule": "Mo-Su 07:00-22:00"},
        {"name": "stand", "kind": "parking_bay", "polygon": SQUARE},
        {"name": "fence", "kind": "barrier", "line": [[0.1, 0.5], [0.9, 0.5]]},
        {"name": "bins", "kind": "bin", "polygon": SQUARE},
        {"name": "tree", "kind": "ignore", "polygon": SQUARE},
    ],
    "ground": {"image": SQUARE, "metres": [[0, 0], [10, 0], [10, 20], [0, 20]]},
    "rules": {"jaywalking": {"min_seconds": 2.0}, "garbage": {"min_seconds": 60}, "illegal_parking": {"seconds": 180}},
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The full scene with one value changed; the path's numbers are places in lists."""
    scene = deepcopy(FULL)
    target: Any = scene
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        target = target[step]
    target[last] = value
    return scene


def test_the_designs_scene_is_read(tmp_path: Path) -> None:
    file = tmp_path / "scene.yaml"
    file.write_text(yaml.safe_dump(FULL, allow_unicode=True), encoding="utf-8")
    scene = Scene.load(file)
    assert [zone.kind for zone in scene.zones] == [zone["kind"] for zone in FULL["zones"]]
    assert scene.rules.cigarette_butt is None
    assert scene.rules.jaywalking is not None
    assert scene.rules.jaywalking.min_distance == 1.5
    assert Scene.model_validate_json(scene.model_dump_json()) == scene


def test_the_crossroads_scene_is_read() -> None:
    assert Scene.load(Path(__file__).parents[1] / "data" / "crossroad.yaml").camera.id == "crossroad"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            "zones.0.polygon",
            [[0, 0], [1, 1], [1, 0], [0, 1]],
            "zones.0.carriageway.polygon: the outline must not cross",
        ),
        ("zones.0.polygon", [[0, 0], [1, 1], [0.5, 0.5]], "the outline"),
        ("zones.0.polygon", [[0, 0], [1, 1]], "at least 3"),
        ("zones.0.polygon.0.0", 1.2, "less than or equal to 1"),
        ("zones.0.polygon.0.0", -0.1, "greater than or equal to 0"),
        ("zones.0.polygon.0.0", float("nan"), "zones.0.carriageway.polygon.0.0"),
        ("zones.0.kind", "pavement", "zones.0"),
        ("zones.0.name", "zebra", "zone names must be unique, used twice: zebra"),
        ("zones.0.colour", "red", "zones.0.carriageway.colour"),
        ("zones.1.signal.lamp", [0.2, 0.1, 0.2, 0.3], "the lamp has no area"),
        ("zones.1.signal.lamp", [1, 1, 1, 1], "the lamp has no area"),
        ("zones.2.schedule", "Mo-Su 7-22", "zones.2.no_parking.schedule: schedule: '7-22' is no span of time"),
        ("zones.2.seconds", 0, "greater than 0"),
        ("zones.4.line", [[0.5, 0.5], [0.5, 0.5]], "the line has no length"),
        ("ground.image", [[0, 0], [1, 1], [1, 0], [0, 1]], "ground: ground.image"),
        ("ground.metres", [[0, 0], [1, 0], [2, 0], [3, 0]], "ground.metres"),
        ("rules.jaywalking.min_seconds", 0, "rules.jaywalking.min_seconds"),
        ("rules.littering", {}, "rules.littering"),
        ("camera.id", "Gate 1", "camera.id"),
        ("camera.latitude", 91, "camera.latitude"),
    ],
)
def test_faults_are_named(path: str, value: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Scene.model_validate(changed(path, value))
    assert said in describe(caught.value)
    assert "\n" not in describe(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "scene: Input should be"),
        (b"- a\n- b", "scene: Input should be"),
        (b"camera: [", "is not YAML"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"camera: {id: gate-1}\nzones: nowhere", "zones: Input should be a valid list"),
    ],
)
def test_files_that_are_no_scene(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "scene.yaml"
    file.write_bytes(content)
    with pytest.raises(SceneError) as caught:
        Scene.load(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file() -> None:
    with pytest.raises(SceneError, match="cannot be read"):
        Scene.load(Path("/nowhere/scene.yaml"))
