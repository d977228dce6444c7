"""A disk that runs full under load, with the office, its record, its evidence and the outbox on it: nothing is lost."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import RunningOffice
from tests.faults.city import City, alerts, assert_each_is_one_case, assert_verified

DISK_BYTES = 96 * 1024 * 1024
LEAST_FREE = 8 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Fill a disk up to some bytes; answers the file that does."""
    ballast = disk / "ballast"
    with ballast.open("ab") as file:
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - left
        os.posix_fallocate(file.fileno(), ballast.stat().st_size, max(1, room))
    return ballast


def test_a_disk_that_runs_full_loses_nothing(
    disk: Path, tmp_path: Path, outage: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREETWARDEN_MIN_FREE_BYTES", str(LEAST_FREE))
    office = RunningOffice(disk / "office", logs=tmp_path)
    city = City(office, tmp_path, senders=1)
    office.start()
    try:
        client = office.client()
        city.begin(client)
        with city.finding():
            office.wait(lambda: client.get("/cases").json()["total"] >= 5, 60, "first cases")
            fill(disk, left=LEAST_FREE // 2)  # below what the office wants: it refuses before anything fails
            office.wait(lambda: "disk_full" in alerts(client), 30, "the alert")
            ballast = fill(disk, left=0)  # not one byte: outbox, record and evidence all meet it
            office.wait(lambda: city.without_room > 0, 30, "a violation without room")
            time.sleep(outage / 2)
            office.kill()  # and the power fails meanwhile
            time.sleep(outage / 2)
            ballast.unlink()
            office.start()
            client = office.client()
            office.wait(lambda: "disk_full" not in alerts(client), 30, "the alert's end")
        city.settle(60)
        assert_each_is_one_case(client, city)
    finally:
        city.end()
        office.stop()
    assert_verified(office.data)
