"""Small exports as label tools write them: one photo of 160 x 120 px, one box of 16, 24 to 80, 60 px."""

import json
from pathlib import Path

import cv2
import yaml

from tests.datasets.conftest import picture

LEFT, TOP, RIGHT, BOTTOM = BOX = (16.0, 24.0, 80.0, 60.0)
WIDTH, HEIGHT = 160, 120
FRACTIONS = [LEFT / WIDTH, TOP / HEIGHT, RIGHT / WIDTH, BOTTOM / HEIGHT]


def photo(path: Path, seed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture(seed, WIDTH, HEIGHT))
    return path


def yolo(root: Path, name: str = "car", box: tuple[float, ...] = BOX) -> Path:
    photo(root / "images/train/a.png")
    left, top, right, bottom = box
    values = (left + right) / 2 / WIDTH, (top + bottom) / 2 / HEIGHT, (right - left) / WIDTH, (bottom - top) / HEIGHT
    label = root / "labels/train/a.txt"
    label.parent.mkdir(parents=True)
    label.write_text("0 " + " ".join(map(str, values)), encoding="utf-8")
    data = root / "data.yaml"
    data.write_text(yaml.safe_dump({"train": "images/train", "names": [name]}, allow_unicode=True), encoding="utf-8")
    return data


def coco(root: Path, name: str = "car", box: tuple[float, ...] = BOX) -> Path:
    photo(root / "images/a.png")
    left, top, right, bottom = box
    content = {
        "images": [{"id": 7, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}],
        "categories": [{"id": 3, "name": name}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [left, top, right - left, bottom - top]}],
    }
    return written(root / "annotations/instances.json", content)


def voc(root: Path, name: str = "car", box: tuple[float, ...] = BOX) -> Path:
    photo(root / "JPEGImages/a.png")
    sides = "".join(
        f"<{side}>{value}</{side}>" for side, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
    )
    return voc_text(root, f"<object><name>{name}</name><bndbox>{sides}</bndbox></object>")


def voc_text(root: Path, inside: str, before: str = "") -> Path:
    file = root / "Annotations/a.xml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{before}<annotation><filename>a.png</filename>{inside}</annotation>", encoding="utf-8")
    return root


def label_studio(
    root: Path, name: str = "car", box: tuple[float, ...] = BOX, changes: dict[str, object] | None = None
) -> Path:
    photo(root / "3f1a2b4c-a.png")
    left, top, right, bottom = box
    value = {
        "x": left / WIDTH * 100,
        "y": top / HEIGHT * 100,
        "width": (right - left) / WIDTH * 100,
        "height": (bottom - top) / HEIGHT * 100,
        "rotation": 0,
        "rectanglelabels": [name],
    }
    result = {"type": "rectanglelabels", "value": value | (changes or {})}
    task = {
        "id": 1,
        "data": {"image": "/data/upload/1/3f1a2b4c-a.png"},
        "annotations": [{"result": []}, {"result": [result]}, {"result": [], "was_cancelled": True}],
    }
    return written(root / "export.json", [task])


def written(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
