"""Writing a package: a ZIP with every file that proves a case, a manifest of their hashes, and its signature."""

import asyncio
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pydantic import JsonValue

from service import clock
from service.audit.anchors import signed_fields
from service.audit.chain import hashed
from service.audit.signing import SigningKey, public_pem
from service.evidence.store import FileStore
from service.packages.case_file import Imprint, case_file
from service.packages.contents import Contents, PackedFile
from service.packages.pictures import Shown, shown

FORMAT = "street-warden-package/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
CHECKER = Path(__file__).with_name("offline_check.py")
SHOWN_ROLES = ("context", "closeup", "after")
"""Which pictures stand in the case file; originals, which show bystanders, are in the package only."""
SHOWN_MOST = 24

README = """\
案卷 {number}
case-file.pdf 案卷；case.json 案件数据；history.json 办理经过（审计记录）；anchors.json 每日签名；
originals 原始件；copies 已遮挡旁人的副本；clips 视频；after 整改后照片；merged 并入的案件。
核验：python check.py 本文件.zip 公钥.pem（公钥请向出具单位索取：/api/v1/audit/keys，编号 {key}）

case-file.pdf: the case file; case.json: the case; history.json: its audit rows; anchors.json: daily signatures.
To check: python check.py THIS.zip PUBLIC_KEY.pem, with the key {key} from the office: /api/v1/audit/keys
"""


class AlteredFileError(RuntimeError):
    """An evidence file is not what was taken in: no package is made of it."""


@dataclass(slots=True)
class _Package:
    """A ZIP under way, and the manifest's entries of what was written."""

    zipped: zipfile.ZipFile
    entries: list[JsonValue] = field(default_factory=list)

    def write(self, path: str, content: bytes) -> None:
        """Add a small file."""
        self.zipped.writestr(path, content, zipfile.ZIP_DEFLATED)
        self.note(path, hashlib.sha256(content).hexdigest(), len(content), {})

    def note(self, path: str, sha256: str, size: int, more: dict[str, JsonValue]) -> None:
        """Add an entry to the manifest."""
        self.entries.append({"path": path, "sha256": sha256, "size": size, **more})


async def write_package(
    target: IO[bytes], contents: Contents, files: FileStore, key: SigningKey, imprint: Imprint
) -> None:
    """Write the package of a case into an open file.

    Raises:
        AlteredFileError: where an evidence file is missing or is not what was taken in.
        OSError: where there is no room.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as zipped:
        package = _Package(zipped)
        pictures: dict[str, Shown] = {}
        for file in contents.files:
            picture = await _add(package, files, file, wanted=len(pictures) < SHOWN_MOST)
            if picture is not None:
                pictures[file.path] = picture
        package.write("case-file.pdf", await asyncio.to_thread(case_file, contents, pictures, imprint))
        for path, content in _documents(contents, key):
            package.write(path, content)
        manifest = _json(
            {
                "format": FORMAT,
                "case": contents.case.number,
                "case_id": str(contents.case.id),
                "made_at": clock.in_utc(imprint.made_at).isoformat(),
                "made_by": imprint.made_by,
                "key": key.id,
                "files": package.entries,
                "deleted": [{"evidence": str(row.id), "sha256": row.sha256} for row in contents.deleted],
            }
        )
        zipped.writestr(MANIFEST, manifest)
        zipped.writestr(SIGNATURE, key.sign(manifest))


def _documents(contents: Contents, key: SigningKey) -> Iterator[tuple[str, bytes]]:
    rows = [{**hashed(row), "previous_hash": row.previous_hash, "hash": row.hash} for row in contents.rows]
    anchors = [{**signed_fields(row), "signature": row.signature} for row in contents.anchors]
    told = contents.case.model_dump(mode="json", exclude={"allowed_actions", "required", "undo_until"})
    yield "case.json", _json(told)
    yield "history.json", _json(rows)
    yield "anchors.json", _json(anchors)
    yield "public-key.pem", public_pem(key.public).encode()
    yield "check.py", CHECKER.read_bytes()
    yield "README.txt", README.format(number=contents.case.number, key=key.id).encode()


async def _add(package: _Package, files: FileStore, file: PackedFile, *, wanted: bool) -> Shown | None:
    """Copy an evidence file into the package; answers it as a picture where the case file shows it."""
    row = file.row
    show = wanted and row.role in SHOWN_ROLES and row.media_type.startswith("image/")
    digest, kept = hashlib.sha256(), bytearray()
    try:
        facts = await files.facts(row.key)
        with package.zipped.open(zipfile.ZipInfo(file.path, _stamp(file)), "w", force_zip64=True) as out:
            async for chunk in files.stream(row.key, 0, facts.size):
                digest.update(chunk)
                await asyncio.to_thread(out.write, chunk)
                if show:
                    kept += chunk
    except FileNotFoundError as error:
        raise AlteredFileError(f"evidence {row.file} ({row.id}) is missing") from error
    if digest.hexdigest() != row.sha256:
        raise AlteredFileError(f"evidence {row.file} ({row.id}) was altered: SHA-256 {digest.hexdigest()}")
    more: dict[str, JsonValue] = {"role": row.role, "case": file.case, "evidence": str(row.id)}
    package.note(file.path, row.sha256, row.size, more)
    return await asyncio.to_thread(shown, bytes(kept), file.path) if show else None


def _stamp(file: PackedFile) -> tuple[int, int, int, int, int, int]:
    """When a file was taken, in UTC, as ZIP keeps it: from 1980 on."""
    at = clock.in_utc(file.row.taken_at) if file.row.taken_at is not None else None
    if at is None or not 1980 <= at.year < 2108:
        return (1980, 1, 1, 0, 0, 0)
    return (at.year, at.month, at.day, at.hour, at.minute, at.second)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
