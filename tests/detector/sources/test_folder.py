import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from structlog.testing import capture_logs

from detector.sources import FolderSource, SourceError, photo_files
from detector.sources.folder import named_time

START = datetime(2026, 11, 24, 4, tzinfo=UTC)


def put(folder: Path, name: str, changed: float = 1e9, taken: str | None = None) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if taken:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    Image.new("RGB", (16, 12)).save(path, exif=exif)
    os.utime(path, (changed, changed))


def seconds(folder: Path) -> list[float]:
    return [frame.seconds for frame in FolderSource(folder).frames()]


def test_natural_order(tmp_path: Path) -> None:
    for name in ("10.jpg", "9.png", "A2.webp", "a10.jpg", "notes.txt", ".hidden.jpg"):
        if name.endswith(".txt"):
            (tmp_path / name).write_text("no photo")
        else:
            put(tmp_path, name)
    assert [path.name for path in photo_files(tmp_path)] == ["9.png", "10.jpg", "A2.webp", "a10.jpg"]


def test_deep_listing(tmp_path: Path) -> None:
    for name in ("b/2.jpg", "b/10.jpg", "a.jpg", "c/d/1.JPG", ".git/x.jpg"):
        put(tmp_path, name)
    found = [path.relative_to(tmp_path).as_posix() for path in photo_files(tmp_path, deep=True)]
    assert found == ["a.jpg", "b/2.jpg", "b/10.jpg", "c/d/1.JPG"]
    assert len(photo_files(tmp_path)) == 1


def test_times_from_names(tmp_path: Path) -> None:
    for name in ("20261124T120000.jpg", "20261124T120002.500.jpg", "20261124T120010.jpg"):
        put(tmp_path, name, taken="2020:01:01 00:00:00")
    frames = list(FolderSource(tmp_path).frames())
    assert [frame.seconds for frame in frames] == [0.0, 2.5, 10.0]
    assert frames[0].time == START
    assert frames[0].encoded is not None


def test_times_from_exif(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg", taken="2026:11:24 12:00:00")
    put(tmp_path, "2.jpg", taken="2026:11:24 12:00:07")
    frames = list(FolderSource(tmp_path).frames())
    assert [frame.time - START for frame in frames] == [timedelta(), timedelta(seconds=7)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((1e9, 1e9 + 3, 1e9 + 5), [0.0, 3.0, 5.0]),  # a camera wrote them
        ((1e9, 1e9 + 0.01, 1e9 + 0.02), [0.0, 1.0, 2.0]),  # they were copied
        ((1e9, 1e9, 1e9), [0.0, 1.0, 2.0]),
        ((1e9 + 5, 1e9 + 3, 1e9), [0.0, 1.0, 2.0]),
    ],
)
def test_times_from_files_where_they_tell_something(
    tmp_path: Path, changed: tuple[float, ...], expected: list[float]
) -> None:
    for number, moment in enumerate(changed):
        put(tmp_path, f"{number}.jpg", changed=moment)
    assert seconds(tmp_path) == expected


def test_a_known_start_moves_all_times(tmp_path: Path) -> None:
    put(tmp_path, "20200101T000000.jpg")
    put(tmp_path, "20200101T000003.jpg")
    frames = list(FolderSource(tmp_path, start=START).frames())
    assert [frame.time - START for frame in frames] == [timedelta(), timedelta(seconds=3)]


def test_real_pace(tmp_path: Path) -> None:
    put(tmp_path, "20261124T120000.000.jpg")
    put(tmp_path, "20261124T120000.300.jpg")
    begun = time.monotonic()
    assert len(list(FolderSource(tmp_path, pace="real").frames())) == 2
    assert time.monotonic() - begun >= 0.29


def test_a_broken_file_is_skipped_and_leaves_a_gap(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        put(tmp_path, name)
    (tmp_path / "2.jpg").write_bytes(b"rubbish")
    with capture_logs() as logs:
        assert [frame.number for frame in FolderSource(tmp_path).frames()] == [0, 2]
    assert [entry["event"] for entry in logs] == ["frame skipped"]


def test_folders_without_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no JPEG"):
        seconds(tmp_path)
    (tmp_path / "1.jpg").write_bytes(b"rubbish")
    with pytest.raises(SourceError, match="none of its 1 pictures can be read"):
        seconds(tmp_path)
    with pytest.raises(SourceError, match="cannot be listed"):
        seconds(tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20261124T120000.jpg", START),
        ("2026-11-24_12-00-00.jpg", START),
        ("IMG_20261124_120000.jpg", START),
        ("IMG_20261124_120000123.jpg", START + timedelta(milliseconds=123)),
        ("gate 2026-11-24 12:00:00.png", START),
        ("20261124040000Z.jpg", START),
        ("20261324T120000.jpg", None),
        ("DSC_0001.jpg", None),
        ("0020261124T120000.jpg", None),
    ],
)
def test_named_time(name: str, expected: datetime | None) -> None:
    assert named_time(name) == expected
