"""The file store: on the disk, in a folder, and in an object store by URL."""

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import uuid_utils.compat

from service.evidence.placing import Waiting
from service.evidence.store import FileStore, LocalFileStore, key_of
from tests.service.office import settings_for

STORES: list[Callable[[Path], FileStore]] = [
    lambda folder: LocalFileStore(folder / "files"),
    lambda folder: FileStore((folder / "bucket").as_uri()),  # obstore by URL, as with s3://
    lambda _: FileStore("memory:///"),
]


@pytest.fixture(params=STORES, ids=["folder", "url", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    (tmp_path / "bucket").mkdir()
    opened: FileStore = request.param(tmp_path)
    return opened


async def test_a_file_is_stored_read_and_removed(store: FileStore, tmp_path: Path) -> None:
    key = key_of("evidence", uuid_utils.compat.uuid7())
    (tmp_path / "one").write_bytes(b"0123456789")
    await store.put_files({key: Waiting(tmp_path / "one")})
    assert (tmp_path / "one").exists()
    content, facts = await store.read(key)
    assert (content, facts.size) == (b"0123456789", 10)
    assert b"".join([chunk async for chunk in store.stream(key, 2, 5)]) == b"234"
    assert [chunk async for chunk in store.stream(key, 5, 5)] == []
    await store.delete(key)
    await store.delete(key)
    with pytest.raises(FileNotFoundError):
        await store.facts(key)


async def test_a_picture_is_replaced_whole(store: FileStore) -> None:
    await store.put_bytes("snapshots/gate-1.jpg", b"first")
    before = await store.facts("snapshots/gate-1.jpg")
    await store.put_bytes("snapshots/gate-1.jpg", b"the second")
    content, after = await store.read("snapshots/gate-1.jpg")
    assert content == b"the second"
    assert before.mark != after.mark
    await store.check()


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM])
async def test_where_links_are_impossible_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", no_links)
    store = LocalFileStore(tmp_path / "files")
    (tmp_path / "one").write_bytes(b"x")
    key = key_of("photos", uuid_utils.compat.uuid7())
    await store.put_files({key: Waiting(tmp_path / "one")})
    assert (await store.read(key))[0] == b"x"
    assert [path.name for path in (tmp_path / "files" / key).parent.iterdir()] == [key.rpartition("/")[2]]


async def test_files_of_many_requests_are_all_synced_and_one_at_fault_takes_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", noted)
    store = LocalFileStore(tmp_path / "files")
    ids = [uuid_utils.compat.uuid7() for _ in range(40)]
    (tmp_path / str(ids[7])).write_bytes(b"somebody's own")
    (tmp_path / str(ids[8])).write_bytes(b"spooled")
    waiting = {
        name: Waiting(tmp_path / str(name), None if name == ids[8] else str(name).encode() * 1000) for name in ids
    }
    puts = [store.put_files({key_of("evidence", name): waiting[name]}) for name in ids]
    faults = await asyncio.gather(*puts, return_exceptions=True)
    assert [type(fault) for fault in faults if fault is not None] == [FileExistsError]
    assert (tmp_path / str(ids[7])).read_bytes() == b"somebody's own"
    for name in ids[:7] + ids[8:]:
        path = store.folder / key_of("evidence", name)
        assert path.read_bytes() == (b"spooled" if name == ids[8] else str(name).encode() * 1000)
        assert {path.stat().st_ino, *(p.stat().st_ino for p in path.parents[:5])} <= synced
        assert waiting[name].path.exists(), "it waits until the record holds it"
    await store.let_go([one.path for one in waiting.values()])
    assert not [one for one in waiting.values() if one.path.exists()]


def test_a_key_is_made_of_the_identifier_alone() -> None:
    made = uuid_utils.compat.UUID("01a20f5f-ff21-724c-b42e-c2a5ef146f7f")
    assert key_of("evidence", made) == "evidence/2026/11/24/01a20f5f-ff21-724c-b42e-c2a5ef146f7f"


def test_describing_the_app_touches_no_folder(tmp_path: Path) -> None:
    LocalFileStore(settings_for(tmp_path / "data").data / "files")
    assert list(tmp_path.iterdir()) == []
