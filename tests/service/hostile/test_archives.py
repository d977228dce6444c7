"""Archives that are small packed and huge unpacked, or lead out of their folder."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.audit.signing import public_pem
from service.backup import BackupError, restore
from service.packages.offline_check import check
from tests.service.office import Desk, assert_problem, settings_for

GIBIBYTE = 1 << 30


def _bomb(path: Path, name: str) -> Path:
    """A package whose one file has a gibibyte of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open(name, "w", force_zip64=True) as file:
        for _ in range(GIBIBYTE >> 24):
            file.write(b"\0" * (1 << 24))
    return path


def test_a_zip_bomb_is_no_evidence_package(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(public_pem(Ed25519PrivateKey.generate().public_key()))
    package = _bomb(tmp_path / "package.zip", "manifest.json")
    assert package.stat().st_size < GIBIBYTE // 500
    (fault,) = check(package, key)
    assert "256 MiB" in fault


def test_a_packed_backup_is_not_unpacked(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "backup.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("streetwarden.db")
        entry.size = 1 << 26
        archive.addfile(entry, io.BytesIO(b"\0" * entry.size))
    with pytest.raises(BackupError, match="no backup"):
        restore(settings_for(tmp_path / "place" / "office"), tmp_path / "backup.tar.gz")
    assert not list((tmp_path / "place").iterdir())


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "files/../../escaped"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_no_path_traversal_out_of_a_backup(tmp_path: Path, name: str, kind: bytes) -> None:
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry, io.BytesIO(b""))
    with pytest.raises(BackupError, match="does not belong"):
        restore(settings_for(tmp_path / "place" / "office"), tmp_path / "backup.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "place"]
    assert not list((tmp_path / "place").iterdir())


async def test_a_packed_body_is_not_unpacked(desk: Desk) -> None:
    admin = await desk.administrator()
    packed = gzip.compress(b"[" + b"0," * 10_000_000 + b"0]")
    for path, media_type in (("/users", "application/json"), ("/areas/geojson", "application/geo+json")):
        headers = {"Content-Type": media_type, "Content-Encoding": "gzip"}
        send = admin.put if path == "/areas/geojson" else admin.post
        answer = await send(path, content=packed, headers=headers)
        assert_problem(answer, 422 if send == admin.put else 400)
