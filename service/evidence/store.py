"""Where files lie: a folder on one box, a bucket for many, behind one small interface.

A file is written once and never changed. Its key is made from its identifier alone, so that nobody's file name ever
reaches the disk, and so that what a crash left behind can be found again.
"""

import asyncio
import errno
import functools
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from service.settings import Settings

if TYPE_CHECKING:
    from obstore import ObjectMeta  # a type only; the package does not export it at run time

CHUNK = 256 * 1024
SYNCS = 16
"""Requests whose files are brought to the disk at the same time: the disk takes together what waits together."""

AT_ONCE = 8
"""Files of one request that go to a bucket at the same time."""
Shelf = Literal["evidence", "photos"]


def key_of(shelf: Shelf, file_id: UUID) -> str:
    """The key of a file: shelf, day and identifier. The identifier is a UUIDv7, which holds its day."""
    made_at = datetime.fromtimestamp((file_id.int >> 80) / 1000, UTC)
    return f"{shelf}/{made_at:%Y/%m/%d}/{file_id}"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Size in bytes, change mark and time of a stored file."""

    size: int
    mark: str
    changed_at: datetime


class StoreAwayError(OSError):
    """The store does not answer, or refuses what it should do; the same may succeed later."""


class FileStore:
    """Files in an object store.

    All methods raise ``FileNotFoundError`` where a key names no file, ``OSError`` with ``ENOSPC`` where there is no
    room, and ``StoreAwayError`` where the store does not answer within some seconds.
    """

    def __init__(self, url: str) -> None:
        """Opens nothing yet; the store is opened when it is first needed."""
        self.url = url

    @functools.cached_property
    def store(self) -> ObjectStore:
        """The object store behind."""
        # The library's own patience, three minutes, would keep the sender waiting, who has an outbox and tries again.
        return from_url(
            self.url,
            client_options={"connect_timeout": "2s", "timeout": "30s", "allow_http": True},
            retry_config={
                "max_retries": 2,
                "retry_timeout": timedelta(seconds=5),
                "backoff": {
                    "base": 2,
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=1),
                },
            },
        )

    async def put_files(self, files: Mapping[str, Path]) -> None:
        """Store each file under its key; when this returns, a power cut does not lose them. The paths stay.

        Where it raises, some may be stored and others not.
        """
        turn = asyncio.Semaphore(AT_ONCE)

        async def put(key: str, path: Path) -> None:
            async with turn:
                await obstore.put_async(self.store, key, path)

        with _reached():
            # All are waited for, also where one fails: whoever cleans up must not be overtaken by another one.
            results = await asyncio.gather(*(put(key, path) for key, path in files.items()), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result

    async def put_bytes(self, key: str, content: bytes) -> None:
        """Store or replace a file whole; readers see the old one or the new one. Not safe against a power cut."""
        with _reached():
            await obstore.put_async(self.store, key, content)

    async def read(self, key: str) -> tuple[bytes, FileFacts]:
        """A whole file, for small ones."""
        with _reached():
            result = await obstore.get_async(self.store, key)
            content = bytes(await result.bytes_async())
            return content, _facts(result.meta)

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from ``start`` up to but not including ``end``."""
        if start >= end:
            return
        with _reached():
            result = await obstore.get_async(self.store, key, options={"range": (start, end)})
            async for chunk in result.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    async def facts(self, key: str) -> FileFacts:
        """Size and change mark."""
        with _reached():
            return _facts(await obstore.head_async(self.store, key))

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is removed already."""
        with _reached():
            try:
                await obstore.delete_async(self.store, key)
            except FileNotFoundError:
                return

    async def check(self) -> None:
        """Raise what is wrong with the store, if something is."""
        with _reached():
            await obstore.list_with_delimiter_async(self.store)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        # The library's text goes on with pages about its own insides.
        raise StoreAwayError(str(error).partition("\n")[0]) from error


class LocalFileStore(FileStore):
    """Files in a folder. What is put is on the disk, not only on its way there, when the put returns."""

    def __init__(self, folder: Path) -> None:
        """Touches nothing yet; the folder is made when it is first needed."""
        self.folder = folder.resolve()
        self._syncing = ThreadPoolExecutor(SYNCS, thread_name_prefix="sync")
        super().__init__(self.folder.as_uri())

    @functools.cached_property
    def store(self) -> ObjectStore:
        """The folder, made if it is not there."""
        return LocalStore(self.folder, mkdir=True)

    async def put_files(self, files: Mapping[str, Path]) -> None:
        """Link or copy the files into the folder, and wait until they are on the disk."""
        await asyncio.get_running_loop().run_in_executor(self._syncing, self._place, files)

    def _place(self, files: Mapping[str, Path]) -> None:
        changed: set[Path] = set()
        for key, path in files.items():
            sync_file(path)
            target = self.folder / key
            # The name of a new folder lasts only when the folder above it is on the disk, and so on upwards.
            changed.update(parent.parent for parent in target.parents if not parent.exists())
            changed.add(target.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(path, target)
        for folder in changed:
            sync_file(folder)


def _link_or_copy(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK):
            raise
        # Another file system, or one without links: copy beside the target, then rename.
        beside = target.with_suffix(".part")
        shutil.copyfile(path, beside)
        sync_file(beside)
        beside.replace(target)


def sync_file(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_store(settings: Settings) -> FileStore:
    """The store that the settings name."""
    if settings.files_url is None:
        return LocalFileStore(settings.data / "files")
    return FileStore(settings.files_url)


def _facts(meta: "ObjectMeta") -> FileFacts:
    return FileFacts(
        size=meta["size"], mark=meta["e_tag"] or str(meta["last_modified"]), changed_at=meta["last_modified"]
    )
