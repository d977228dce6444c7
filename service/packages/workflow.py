"""Giving out evidence packages: who may have one, and that it is taken down."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

from service import clock
from service.audit.signing import load_key
from service.audit.verify import find_case
from service.audit.workflow import Actor, record
from service.bootstrap import check_schema
from service.cases.workflow import load_case
from service.errors import ProblemError
from service.evidence.room import ensure_room, room_or_507
from service.office import Office
from service.packages.case_file import Imprint
from service.packages.contents import Contents, contents_of, evidence_ids
from service.packages.writing import AlteredFileError, write_package
from service.security import Principal, Role
from service.settings import Settings

COMMAND_LINE = Principal(id=UUID(int=0), name="command line", grants=frozenset({Role.ADMINISTRATOR}))
"""Whoever may read the data folder may have everything in it; the audit tells that it was the command line."""


async def package_of(office: Office, asker: Principal, case_id: UUID) -> tuple[str, IO[bytes]]:
    """The package of a case that the asker may see: its number, and a nameless file that stands at its beginning.

    Raises:
        ProblemError: 404 where there is no such case, 500 where a file was lost or altered, 507 where there is no room.
    """
    await ensure_room(office)
    async with office.database.reading() as session:
        contents = await contents_of(session, office, asker, await load_case(session, asker, case_id, lock=False))
    async with room_or_507(office):
        file = tempfile.TemporaryFile(dir=office.settings.incoming)  # noqa: SIM115 (the answer closes it)
        try:
            await _make(office, asker, contents, file)
            file.seek(0)
        except AlteredFileError as error:
            file.close()
            raise ProblemError(500, f"{error}: tell the administrator.", kind="file-altered") from error
        except BaseException:
            file.close()
            raise
    return contents.case.number, file


async def export_case(settings: Settings, case: str, folder: Path) -> Path:
    """Write the package of a case, by its number or identifier, into a folder; answers the file.

    Raises:
        LookupError: where there is no such case.
        AlteredFileError: where a file was lost or altered.
        FileExistsError: where the folder holds such a package already.
        KeyFileError, SchemaError, OSError: where the office cannot be used, or there is no room.
    """
    office = Office.open(settings)
    try:
        await check_schema(office.database)
        return await write_case(office, case, folder)
    finally:
        await office.database.close()


async def write_case(office: Office, case: str, folder: Path) -> Path:
    """Write the package of a case, by its number or identifier, into a folder; raises what `export_case` does."""
    async with office.database.reading() as session:
        row = await find_case(session, case)
        contents = await contents_of(session, office, COMMAND_LINE, row)
    target = folder / f"{contents.case.number}.zip"
    with _new_file(target) as file:
        await _make(office, COMMAND_LINE, contents, file)
    return target


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that is there whole or not at all, and never in place of another one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        raise FileExistsError(f"{target}: is there already")
    beside = target.with_suffix(".part")
    try:
        with beside.open("xb") as file:
            yield file
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)


async def _make(office: Office, asker: Principal, contents: Contents, file: IO[bytes]) -> None:
    key = load_key(office.settings.key_folder)
    imprint = Imprint(clock.now(), asker.name, office.settings.zone, key.id)
    await write_package(file, contents, office.files, key, imprint)
    ids = [str(evidence_id) for evidence_id in evidence_ids(contents)]
    async with office.database.transaction() as session:
        details = {"case": contents.case.number, "evidence": ids, "key": key.id}
        await record(session, Actor.of(asker), "export", "case_package", str(contents.case.id), details=details)
