"""Arrows point one way: docs/architecture.md gives the order, the imports must follow it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINES = [
    ["detections", "violations", "schedule", "looking", "scene"],
    ["geometry", "zones"],
    ["sources", "parts", "motion", "attention", "moments", "letterbox", "alignment"],
    ["duplicates", "regions", "registry", "runtimes", "calibration", "model", "model_watch", "figures"],
    [
        "riders",
        "lamps",
        "signals",
        "colours",
        "kalman",
        "half_hidden",
        "matching",
        "tracking",
        "looks",
        "anchor",
        "growth",
        "comparison",
        "anchors",
        "sight",
        "health_event",
        "gaps",
        "health",
        "pauses",
    ],
    ["rules"],
    ["drawing", "privacy", "plates", "evidence", "film", "clip", "cutting_room"],
    [
        "stand_ins",
        "track_segment",
        "track_store",
        "rehearsal",
        "recorder",
        "pipeline",
        "ahead",
        "outbox",
        "checkpoint_file",
        "disk_budget",
        "close_look",
        "watching",
        "request",
        "shares",
        "model_queue",
        "model_lane",
        "camera_cost",
        "crowded_process",
        "camera_status",
        "camera_worker",
        "engine",
        "cluster",
    ],
    ["simulation"],
    ["detect", "evaluate", "simulate", "discover", "cli"],
]
LEVEL = {name: level for level, line in enumerate(LINES) for name in line}
FREE_OF_DETECTOR_INTERNALS = ("engine", "demo", "cli")
WORDS = {"violations", "scene"}


def imported(file: Path) -> set[str]:
    """Dotted names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def detector_parts(file: Path) -> set[str]:
    """First names below ``detector`` that a file imports."""
    return {n.split(".")[1] for n in imported(file) if n.startswith("detector.") and n.split(".")[1] in LEVEL}


@pytest.mark.parametrize("file", sorted((ROOT / "detector").rglob("*.py")), ids=lambda f: str(f.relative_to(ROOT)))
def test_detector_imports_only_what_stands_above(file: Path) -> None:
    part = file.relative_to(ROOT / "detector").parts[0].removesuffix(".py")
    if part == "__init__":
        return
    assert part in LEVEL, f"{part} has no place in docs/architecture.md"
    wrong = {name for name in detector_parts(file) if LEVEL[name] > LEVEL[part]}
    assert not wrong, f"{part} imports {sorted(wrong)}, which stand below it"
    web = {n for n in imported(file) if n.split(".")[0] in {"service", "fastapi", "sqlalchemy", "httpx", "torch"}}
    assert not web, f"the detector knows no {sorted(web)}"


@pytest.mark.parametrize("file", sorted((ROOT / "service").rglob("*.py")), ids=lambda f: str(f.relative_to(ROOT)))
def test_service_knows_only_the_detectors_words(file: Path) -> None:
    part = file.relative_to(ROOT / "service").parts[0].removesuffix(".py")
    if part in FREE_OF_DETECTOR_INTERNALS or part == "web":
        return
    assert detector_parts(file) <= WORDS, "only violations and scene may be known here"


def test_only_the_app_imports_routes() -> None:
    for file in (ROOT / "service").rglob("*.py"):
        if file.name != "app.py" and "web" not in file.parts:
            routes = {n for n in imported(file) if n.startswith("service.") and ".routes" in n}
            assert not routes, f"{file} imports {routes}"


def test_serving_needs_no_torch() -> None:
    heavy = {"torch", "ultralytics", "torchvision", "safetensors"}
    for file in [*(ROOT / "detector").rglob("*.py"), *(ROOT / "service").rglob("*.py")]:
        assert not {n.split(".")[0] for n in imported(file)} & heavy, f"{file} imports training packages"


def test_only_the_cluster_needs_ray() -> None:
    for file in [*(ROOT / "detector").rglob("*.py"), *(ROOT / "service").rglob("*.py")]:
        if file.parent.name != "cluster":
            assert "ray" not in {n.split(".")[0] for n in imported(file)}, f"{file} imports Ray"
