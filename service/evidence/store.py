"""Where files lie: a folder on one box, a bucket for many, behind one small interface.

A file is written once and never changed. Its key is made from its identifier alone, so that nobody's file name ever
reaches the disk, and so that what a crash left behind can be found again.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from service.evidence.placing import Placing, Waiting
from service.settings import Settings

if TYPE_CHECKING:
    from obstore import ObjectMeta  # a type only; the package does not export it at run time

CHUNK = 256 * 1024
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

    async def put_files(self, files: Mapping[str, Waiting]) -> None:
        """Store each file under its key; when this returns, a power cut does not lose them.

        What waits in a file stays there, and what was held in memory is written there before it is stored. Where it
        raises, some may be stored and others not.
        """
        turn = asyncio.Semaphore(AT_ONCE)

        async def put(key: str, file: Waiting) -> None:
            async with turn:
                if file.content is not None:
                    await asyncio.to_thread(file.path.write_bytes, file.content)
                await obstore.put_async(self.store, key, file.path)

        with _reached():
            # All are waited for, also where one fails: whoever cleans up must not be overtaken by another one.
            results = await asyncio.gather(*(put(key, file) for key, file in files.items()), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result

    async def let_go(self, paths: Sequence[Path]) -> None:
        """Remove files that waited to be stored; those that are gone are gone."""

        def remove() -> None:
            for path in paths:
                path.unlink(missing_ok=True)

        await asyncio.to_thread(remove)

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
        self._placing = Placing(self.folder)
        super().__init__(self.folder.as_uri())

    @functools.cached_property
    def store(self) -> ObjectStore:
        """The folder, made if it is not there."""
        return LocalStore(self.folder, mkdir=True)

    async def put_files(self, files: Mapping[str, Waiting]) -> None:
        """Bring the files into the folder and to the disk, together with what other requests bring meanwhile."""
        await self._placing.place(files)

    async def let_go(self, paths: Sequence[Path]) -> None:
        """Remove files that waited, together with those of other requests."""
        await self._placing.remove(paths)


def open_store(settings: Settings) -> FileStore:
    """The store that the settings name."""
    if settings.files_url is None:
        return LocalFileStore(settings.data / "files")
    return FileStore(settings.files_url)


def _facts(meta: "ObjectMeta") -> FileFacts:
    return FileFacts(
        size=meta["size"], mark=meta["e_tag"] or str(meta["last_modified"]), changed_at=meta["last_modified"]
    )
