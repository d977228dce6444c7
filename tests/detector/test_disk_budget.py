"""Tracks of all cameras give way, oldest first; nothing else does."""

import os
from pathlib import Path

import pytest

from detector.disk_budget import DiskBudget


@pytest.fixture
def engine_folder(tmp_path: Path) -> Path:
    """An engine's folder: ten segments of 1,000 bytes, of two cameras in turns, and a violation older than they are."""
    for number in range(10):
        file = tmp_path / "tracks" / f"gate-{number % 2}" / f"{number:013}.npz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(1000))
        os.utime(file, (1000 + number, 1000 + number))
    proof = tmp_path / "outbox" / "ready" / "one" / "closeup.jpg"
    proof.parent.mkdir(parents=True)
    proof.write_bytes(bytes(50_000))
    os.utime(proof, (0, 0))
    return tmp_path


def kept(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in (folder / "tracks").rglob("*.npz"))


def test_the_oldest_of_all_cameras_go_first(engine_folder: Path) -> None:
    assert DiskBudget(most_bytes=4500, least_free=0).trim(engine_folder / "tracks") == 6
    assert kept(engine_folder) == [6, 7, 8, 9]
    assert DiskBudget(most_bytes=4500, least_free=0).trim(engine_folder / "tracks") == 0


def test_no_more_goes_than_the_disk_needs(engine_folder: Path) -> None:
    free = os.statvfs(engine_folder).f_bavail * os.statvfs(engine_folder).f_frsize
    assert DiskBudget(least_free=0).trim(engine_folder / "tracks") == 0
    assert DiskBudget(least_free=free * 2).trim(engine_folder / "tracks") == 10
    assert (engine_folder / "outbox" / "ready" / "one" / "closeup.jpg").stat().st_size == 50_000


def test_an_engine_without_tracks_is_no_fault(tmp_path: Path) -> None:
    assert DiskBudget(most_bytes=0).trim(tmp_path / "tracks") == 0
