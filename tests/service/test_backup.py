"""Backup and restore of an office on one box, by the commands that people use."""

import asyncio
import io
import json
import sqlite3
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.backup import MANIFEST, BackupError, backup, restore
from service.cli import app
from service.security import Role
from service.settings import Settings
from tests.service.office import Desk, deliver, delivered_case, open_desk, parcel, settings_for
from tests.service.postgresql import POSTGRESQL

runner = CliRunner()
pytestmark = pytest.mark.skipif(POSTGRESQL, reason="is about SQLite")


@pytest.fixture
async def working(make_settings: Callable[..., Settings], prepared: tuple[Path, str]) -> AsyncIterator[Desk]:
    """An office with one case, at work."""
    async with open_desk(make_settings(), prepared[1]) as desk:
        await desk.camera()
        await delivered_case(await desk.engine())
        yield desk


async def test_a_backup_of_a_working_office_is_restored_whole(
    working: Desk, tmp_path: Path, prepared: tuple[Path, str]
) -> None:
    target = tmp_path / "office.tar"
    assert runner.invoke(app, ["backup", str(target), "--data", str(working.settings.data)]).exit_code == 0
    assert target.stat().st_mode & 0o077 == 0, "it holds keys and pictures of people"
    later = await deliver(await working.engine(), parcel())
    assert later.status_code == 201, "the office works on"

    restoring = ["restore", str(target), "--data", str(tmp_path / "new" / "office")]
    answer = await asyncio.to_thread(runner.invoke, app, restoring)  # the command has an event loop of its own
    assert answer.exit_code == 0, answer.stderr
    assert "everything is as it was written" in answer.stderr
    async with open_desk(settings_for(tmp_path / "new" / "office"), prepared[1]) as desk:
        operator = await desk.person(Role.OPERATOR)
        cases = (await operator.get("/cases")).json()
        assert cases["total"] == 1, "what came after the backup is not in it"
        evidence = (await operator.get(f"/cases/{cases['items'][0]['id']}")).json()["evidence"]
        assert (await operator.get(evidence[0]["url"].removeprefix("/api/v1"))).status_code == 200


async def test_a_backup_during_ingest_has_every_file_that_it_refers_to(working: Desk, tmp_path: Path) -> None:
    engine = await working.engine()
    for number in range(3):
        assert (await deliver(engine, parcel())).status_code == 201
        backup(working.settings, tmp_path / f"{number}.tar")
    with tarfile.open(tmp_path / "2.tar") as archive:
        assert sum(name.startswith("files/evidence/") for name in archive.getnames()) == 12
        assert not [name for name in archive.getnames() if name.startswith(("incoming", "run", "engine"))]


def leavings(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith((".backup", "office"))]


async def test_missing_evidence_is_said_and_leaves_no_backup(working: Desk, tmp_path: Path) -> None:
    files = [path for path in (working.settings.data / "files").rglob("*") if path.is_file()]
    files[0].unlink()
    answer = runner.invoke(app, ["backup", str(tmp_path / "office.tar"), "--data", str(working.settings.data)])
    assert answer.exit_code == 1
    assert "verify --all" in answer.stderr
    assert not leavings(tmp_path)


def rewritten(source: Path, target: Path, change: Callable[[tarfile.TarInfo, bytes], bytes]) -> Path:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for entry in old:
            file = old.extractfile(entry)
            assert file is not None
            content = change(entry, file.read())
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return target


def _escaping(entry: tarfile.TarInfo, content: bytes) -> bytes:
    if entry.name.startswith("files/"):
        entry.name = "../../escaped"
    return content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e, c: c + b"x" if e.name.startswith("files/") else c, "altered"),
        (lambda e, c: b"{}" if e.name == MANIFEST else c, "altered"),
        (lambda e, c: b"not JSON" if e.name == MANIFEST else c, "no backup"),
        (_escaping, "does not belong"),
    ],
    ids=["file", "manifest", "no-json", "path-traversal"],
)
async def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    working: Desk, tmp_path: Path, change: Callable[[tarfile.TarInfo, bytes], bytes], words: str
) -> None:
    backup(working.settings, tmp_path / "good.tar")
    bad = rewritten(tmp_path / "good.tar", tmp_path / "bad.tar", change)
    into = settings_for(tmp_path / "place" / "office")
    with pytest.raises(BackupError, match=words):
        restore(into, bad)
    assert not list((tmp_path / "place").iterdir())
    assert not (tmp_path / "escaped").exists()


async def test_a_cut_off_backup_is_refused(working: Desk, tmp_path: Path) -> None:
    backup(working.settings, tmp_path / "good.tar")
    content = (tmp_path / "good.tar").read_bytes()
    for size in (0, 100, len(content) // 2):
        (tmp_path / "cut.tar").write_bytes(content[:size])
        with pytest.raises(BackupError):
            restore(settings_for(tmp_path / "office"), tmp_path / "cut.tar")


async def test_nothing_is_overwritten(working: Desk, tmp_path: Path) -> None:
    backup(working.settings, tmp_path / "office.tar")
    with pytest.raises(BackupError, match="is there already"):
        backup(working.settings, tmp_path / "office.tar")
    with pytest.raises(BackupError, match="not empty"):
        restore(working.settings, tmp_path / "office.tar")
    with closing(sqlite3.connect(working.settings.data / "streetwarden.db")) as database:
        assert database.execute("SELECT count(*) FROM cases").fetchone() == (1,)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"database_url": "postgresql+psycopg://sw:l0ng@db/sw"}, "pg_dump"),
        ({"files_url": "s3://bucket/x"}, "s3://bucket/x"),
        ({}, "no office here"),
    ],
)
def test_an_office_that_it_is_not_for_is_named(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    with pytest.raises(BackupError, match=words):
        backup(settings_for(tmp_path / "data", **changes), tmp_path / "office.tar")


def test_the_manifest_is_json_that_names_every_file(tmp_path: Path, make_settings: Callable[..., Settings]) -> None:
    backup(make_settings(), tmp_path / "office.tar")
    with tarfile.open(tmp_path / "office.tar") as archive:
        file = archive.extractfile(MANIFEST)
        assert file is not None
        manifest = json.load(file)
        assert set(manifest["files"]) == set(archive.getnames()) - {MANIFEST}
