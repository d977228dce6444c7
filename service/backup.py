"""Backup and restore of an office on one box: its database, its evidence and its keys, in one TAR file.

A backup is made while the office works. The database is copied first, in one moment, by SQLite's own backup; then each
file that this copy refers to, which never changes. The signing key goes with it: keep a backup as safe as the office.
What the engine has not delivered yet stays in its outbox and is not in a backup.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from service import clock
from service.evidence.placing import sync_file
from service.settings import Settings

DATABASE = "streetwarden.db"
MANIFEST = "manifest.json"
FORM = "street-warden-backup-1"
_TABLES = ("evidence", "photos")
_CHUNK = 1024 * 1024


class BackupError(RuntimeError):
    """A backup cannot be made or restored; the text says why and what to do."""


def backup(settings: Settings, target: Path) -> int:
    """Write a backup; answers how many files it holds. The target is there whole or not at all.

    Raises:
        BackupError: where the office is not of one box, or evidence is missing or altered: verify says which.
        OSError: where a file cannot be read or written.
    """
    database = _database_of(settings)
    if target.exists():
        raise BackupError(f"{target}: is there already: name a new file")
    beside = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as snapshot:
                source.backup(snapshot)
            with beside.open("xb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                hashes = dict(_add_all(archive, settings, copy))
                _add_manifest(archive, hashes)
        beside.chmod(0o600)
        sync_file(beside)
        beside.replace(target)
        sync_file(target.parent)
    finally:
        beside.unlink(missing_ok=True)
    return len(hashes)


def restore(settings: Settings, source: Path) -> int:
    """Make the office of a backup in an empty data folder; answers how many files it holds.

    Everything is checked against the manifest before the folder gets its name, so that it is there whole or not at all.

    Raises:
        BackupError: where the folder is in use, or the file is no backup or was altered.
        OSError: where a file cannot be read or written.
    """
    _database_of(settings, must_exist=False)
    data = settings.data
    if data.exists() and any(data.iterdir()):
        raise BackupError(f"{data}: is not empty: name a new folder with --data")
    data.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=data.parent, prefix=f".{data.name}-"))
    try:
        with tarfile.open(source, mode="r:") as archive:
            hashes = dict(_extract_all(archive, beside))
        expected = json.loads((beside / MANIFEST).read_text(encoding="utf-8"))
        if expected.get("form") != FORM or expected.get("files") != hashes:
            raise BackupError(f"{source}: was altered or is not complete: its files are not those of its manifest")
        (beside / MANIFEST).unlink()
        if data.exists():
            data.rmdir()
        beside.rename(data)
        sync_file(data.parent)
    except (tarfile.TarError, json.JSONDecodeError, FileNotFoundError, UnicodeDecodeError) as error:
        raise BackupError(f"{source}: is no backup, or is cut off: {error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return len(hashes)


def _database_of(settings: Settings, *, must_exist: bool = True) -> Path:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or url.database is None:
        raise BackupError("the database is PostgreSQL: back it up with pg_dump, and the bucket with its own tools")
    if settings.files_url is not None:
        raise BackupError(f"evidence lies at {settings.files_url}: back that up with its own tools")
    path = Path(url.database)
    if must_exist and not path.is_file():
        raise BackupError(f"{path}: there is no office here: name its folder with --data")
    return path


def _add_all(archive: tarfile.TarFile, settings: Settings, database: Path) -> Iterator[tuple[str, str]]:
    """Add the database, the keys and all files that the database refers to: name and SHA-256 of each."""
    yield _add(archive, database, DATABASE)
    for path in sorted(settings.key_folder.glob("*.pem")):
        yield _add(archive, path, f"keys/{path.name}")
    for key, expected in _referred(database):
        path = settings.data / "files" / key
        try:
            name, digest = _add(archive, path, f"files/{key}")
        except FileNotFoundError as error:
            raise BackupError(f"{path}: is missing: ask 'streetwarden verify --all' what is wrong") from error
        if digest != expected:
            raise BackupError(f"{path}: was altered: ask 'streetwarden verify --all' what is wrong")
        yield name, digest


def _referred(database: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        for table in _TABLES:
            # What retention deleted is still told of, but there is no file of it.
            query = f"SELECT key, sha256 FROM {table} WHERE deleted_at IS NULL ORDER BY key"  # noqa: S608 (names of ours)
            yield from connection.execute(query)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> tuple[str, str]:
    entry = tarfile.TarInfo(name)
    entry.mode = 0o600
    with path.open("rb") as file:
        stat = os.fstat(file.fileno())
        entry.size, entry.mtime = stat.st_size, int(stat.st_mtime)
        reader = _HashedReader(file)
        archive.addfile(entry, reader)
    return name, reader.digest.hexdigest()


class _HashedReader(io.RawIOBase):
    """Reads a file and hashes what it reads, so that each file is read once."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


def _add_manifest(archive: tarfile.TarFile, hashes: dict[str, str]) -> None:
    manifest = {"form": FORM, "made_at": clock.now().isoformat(), "files": hashes}
    content = json.dumps(manifest, indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.mode, entry.size = 0o600, len(content)
    archive.addfile(entry, io.BytesIO(content))


def _extract_all(archive: tarfile.TarFile, folder: Path) -> Iterator[tuple[str, str]]:
    """Write out the archive's plain files below a folder: name and SHA-256 of each but the manifest."""
    for entry in archive:
        parts = Path(entry.name).parts
        if not entry.isreg() or Path(entry.name).is_absolute() or ".." in parts:
            raise BackupError(f"{archive.name!s}: is no backup: {entry.name!r} does not belong into one")
        target = folder / entry.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = archive.extractfile(entry)
        if content is None:
            raise BackupError(f"{entry.name}: cannot be read")
        digest = hashlib.sha256()
        with target.open("xb") as file:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target.chmod(0o600)
        if entry.name != MANIFEST:
            yield entry.name, digest.hexdigest()
