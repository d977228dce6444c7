"""Placing: the files of all requests that wait at the same time come into a folder, and to the disk, together.

All of a turn are written first and then synced side by side: the disk takes together what is asked for together. One
``syncfs`` for all would cost less processor time, but it waits for whatever else is written to that file system: beside
a busy database 70 to 360 ms, where these take 10.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from service.together import Together

SYNCS = 8
"""Files that are synced side by side."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is to be stored, and where it waits until the record holds it.

    With ``content`` nothing is there yet: whoever stores the file writes it, so that a crash leaves the same traces.
    """

    path: Path
    content: bytes | None = None


class Placing:
    """Puts files into a folder. One turn after the other, each for all that waits when it begins."""

    def __init__(self, folder: Path) -> None:
        """Touches nothing yet."""
        self._folder = folder
        # One more: the thread of a turn waits for those that sync.
        self._threads = ThreadPoolExecutor(SYNCS + 1, thread_name_prefix="sync")
        self._places: Together[Mapping[str, Waiting], None] = Together()
        self._removals: Together[Sequence[Path], None] = Together()

    async def place(self, files: Mapping[str, Waiting]) -> None:
        """Write, link or copy the files of one request, by their keys, and wait until they are on the disk.

        Raises:
            OSError: where one of them cannot be stored; the others may be.
        """
        await self._places.do(self._place_in_thread, object(), files)

    async def remove(self, paths: Sequence[Path]) -> None:
        """Remove files that need not wait any longer; those that are gone are gone."""
        await self._removals.do(self._remove_in_thread, object(), paths)

    async def _place_in_thread(self, requests: Sequence[Mapping[str, Waiting]]) -> Sequence[OSError | None]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._place, requests)

    async def _remove_in_thread(self, requests: Sequence[Sequence[Path]]) -> Sequence[OSError | None]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _remove, requests)

    def _place(self, requests: Sequence[Mapping[str, Waiting]]) -> list[OSError | None]:
        """Place the files of some requests; answers what went wrong with each."""
        faults: list[OSError | None] = [None] * len(requests)
        opened: list[tuple[int, int]] = []
        changed: set[Path] = set()
        for number, files in enumerate(requests):
            try:
                for key, file in files.items():
                    opened.append((number, self._put(self._folder / key, file, changed)))
            except OSError as error:
                faults[number] = error
        shares = [opened[start::SYNCS] for start in range(min(SYNCS, len(opened)))]
        for found in self._threads.map(_sync_and_close, shares):
            for number, fault in found:
                faults[number] = fault
        try:
            for folder in changed:
                sync_file(folder)
        except OSError as error:
            faults = [fault or error for fault in faults]
        return faults

    def _put(self, target: Path, file: Waiting, changed: set[Path]) -> int:
        """Put one file under its name; answers a descriptor, which is to be synced and closed."""
        if target.parent not in changed:
            # The name of a new folder lasts only when the folder above it is on the disk, and so on upwards.
            changed.update(parent.parent for parent in target.parents if not parent.exists())
            target.parent.mkdir(parents=True, exist_ok=True)
            changed.add(target.parent)
        descriptor = _open(file)
        try:
            _link_or_copy(file.path, target)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


def _open(file: Waiting) -> int:
    if file.content is None:
        return os.open(file.path, os.O_RDONLY)
    descriptor = os.open(file.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = memoryview(file.content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sync_and_close(opened: Sequence[tuple[int, int]]) -> list[tuple[int, OSError]]:
    """Bring descriptors to the disk; answers the number of each that failed, with its error."""
    faults = []
    for number, descriptor in opened:
        try:
            os.fsync(descriptor)
        except OSError as error:
            faults.append((number, error))
        finally:
            os.close(descriptor)
    return faults


def _remove(requests: Sequence[Sequence[Path]]) -> list[OSError | None]:
    faults: list[OSError | None] = []
    for paths in requests:
        fault = None
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                fault = error
        faults.append(fault)
    return faults


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
