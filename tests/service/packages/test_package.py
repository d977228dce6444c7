"""Evidence packages: complete, signed, checked without the office, and given to nobody else."""

import asyncio
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pypdfium2
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from service.audit.models import AuditRow
from service.audit.signing import load_key, prepare_key, public_pem
from service.cli import app
from service.packages import offline_check
from service.packages.case_file import _plain
from service.security import Role
from tests.service.office import Desk, assert_problem, delivered_case, jpeg, parcel
from tests.service.test_cases import step
from tests.service.test_evidence import on_disk, stored

UNSIGNED = "manifest.json: the signature is not that of this key over this manifest"
NOTE = "现场已清理 =cmd|' /C calc'!A1 <b>\x07"


async def case_of(desk: Desk) -> tuple[httpx.AsyncClient, dict[str, str]]:
    """A filed case with three pictures."""
    await stored(desk)
    operator = await desk.person(Role.OPERATOR)
    case = (await operator.get("/cases")).json()["items"][0]
    await step(operator, case["id"], "confirm", 1, note=NOTE)
    return operator, case


@pytest.fixture
async def package(desk: Desk, tmp_path: Path) -> tuple[Path, Path]:
    """A package, and the office's public key."""
    operator, case = await case_of(desk)
    answer = await operator.get(f"/cases/{case['id']}/package")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{case["number"]}.zip"'
    path, key = tmp_path / "package.zip", tmp_path / "key.pem"
    path.write_bytes(answer.content)
    key.write_text(public_pem(load_key(desk.settings.key_folder).public))
    return path, key


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The package with other contents."""
    with zipfile.ZipFile(path) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    change(files)
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return target


async def test_a_package_holds_all_that_proves_a_case(package: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(package[0]) as zipped:
        names = zipped.namelist()
        manifest = json.loads(zipped.read("manifest.json"))
        history = json.loads(zipped.read("history.json"))
        case = json.loads(zipped.read("case.json"))
        assert zipped.read("originals/03-original.jpg") == jpeg(colour=(80, 90, 200))
    evidence = ["copies/01-closeup.jpg", "copies/02-context.jpg", "originals/03-original.jpg"]
    documents = ["case-file.pdf", "case.json", "history.json", "anchors.json", "public-key.pem", "check.py"]
    documents.append("README.txt")
    assert names == [*evidence, *documents, "manifest.json", "manifest.sig"]
    assert [entry["path"] for entry in manifest["files"]] == [*evidence, *documents]
    assert (manifest["format"], manifest["case"]) == ("street-warden-package/1", case["number"])
    assert [row["action"] for row in history] == ["create", "confirm"]
    assert "allowed_actions" not in case


async def test_the_script_finds_an_honest_package_unaltered(package: tuple[Path, Path], tmp_path: Path) -> None:
    """As an outsider does it: the script out of the package, the key from the office, nothing else of ours."""
    with zipfile.ZipFile(package[0]) as zipped:
        zipped.extract("check.py", tmp_path)
    command = (sys.executable, "-I", tmp_path / "check.py", *package)
    done = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert (await done.communicate())[0].decode() == "unaltered 未被改动\n"
    assert done.returncode == 0
    assert len((tmp_path / "check.py").read_text().splitlines()) <= 50


def _history(files: dict[str, bytes]) -> None:
    files["history.json"] = files["history.json"].replace(b"confirm", b"dismiss")


def _manifest(files: dict[str, bytes]) -> None:
    files["manifest.json"] = files["manifest.json"].replace(b'"role": "original"', b'"role": "context"')


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (lambda files: files.update({"copies/01-closeup.jpg": b"x"}), {"copies/01-closeup.jpg: was altered"}),
        (lambda files: files.pop("originals/03-original.jpg"), {"originals/03-original.jpg: is missing"}),
        (lambda files: files.update({"copies/04-more.jpg": b"x"}), {"copies/04-more.jpg: is not in the manifest"}),
        (lambda files: files.update({"case-file.pdf": b"%PDF"}), {"case-file.pdf: was altered"}),
        (_history, {"history.json: was altered", "history.json: audit row does not fit its hash"}),
        (_manifest, {UNSIGNED}),
        (lambda files: files.update({"manifest.sig": b"00"}), {UNSIGNED}),
        (lambda files: files.update({"manifest.sig": "é".encode()}), {UNSIGNED}),
    ],
)
async def test_the_script_names_what_was_altered(
    package: tuple[Path, Path], change: Callable[[dict[str, bytes]], None], faults: set[str]
) -> None:
    found = offline_check.check(rewritten(package[0], change), package[1])
    assert {re.sub(r"row \d+", "row", fault) for fault in found} == faults


async def test_a_package_signed_by_somebody_else_is_refused(package: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    key, _ = prepare_key(other)
    (tmp_path / "other.pem").write_text(public_pem(key.public))
    assert "signature" in offline_check.check(package[0], tmp_path / "other.pem")[0]


async def test_a_name_twice_in_the_package_is_refused(package: tuple[Path, Path]) -> None:
    """Some programs would show the first file, others the second."""
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(package[0], "a") as zipped:
        zipped.writestr("copies/01-closeup.jpg", b"another picture")
    assert offline_check.check(*package) == ["a name is in the package twice"]


async def test_the_case_file_is_chinese_text_with_pictures(package: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(package[0]) as zipped:
        pdf = pypdfium2.PdfDocument(zipped.read("case-file.pdf"))
        number = json.loads(zipped.read("case.json"))["number"]
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    said = ("城市管理案卷", "行人乱穿马路", "立案", "北门路口", "近景", "全景", "2026-11-24 16:30:00", "现场已清理")
    for words in (number, *said):
        assert words in text, text
    picture = pdf[0].render(scale=1).to_pil().convert("RGB")
    colours = picture.getcolors(1 << 24) or []
    blue = sum(count for count, (red, green, blue) in colours if blue > 180 and red < 90)
    assert blue > 5_000, "the closeup and the context are shown"
    pdf.close()


def test_control_characters_stay_out() -> None:
    assert _plain("a\x00b\x07c\nd") == "a b c d"


async def test_who_had_a_package_is_recorded(desk: Desk, package: tuple[Path, Path]) -> None:
    assert package[0].exists()
    async with desk.office.database.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.subject_type == "case_package"))).one()
    assert (row.action, row.actor) == ("export", "Operator")
    assert len(json.loads(row.details)["evidence"]) == 3


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.INSPECTOR, 403), (Role.UNIT_HANDLER, 403), (Role.SUPERVISOR, 200), (Role.AUDITOR, 200)],
)
async def test_packages_are_for_those_who_see_originals(desk: Desk, role: Role, status: int) -> None:
    _, case = await case_of(desk)
    answer = await (await desk.person(role)).get(f"/cases/{case['id']}/package")
    assert answer.status_code == status


async def test_no_package_is_made_of_altered_evidence(desk: Desk) -> None:
    rows = await stored(desk)
    on_disk(desk, rows["context"]).write_bytes(b"forged")
    operator = await desk.person(Role.OPERATOR)
    case = (await operator.get("/cases")).json()["items"][0]
    assert_problem(await operator.get(f"/cases/{case['id']}/package"), 500, "context.jpg", "was altered")
    on_disk(desk, rows["context"]).unlink()
    assert_problem(await operator.get(f"/cases/{case['id']}/package"), 500, "context.jpg", "is missing")
    assert not list(desk.settings.incoming.iterdir())


async def test_a_package_of_merged_cases_holds_the_evidence_of_all(desk: Desk) -> None:
    operator, case = await case_of(desk)
    other = await delivered_case(await desk.engine(), parcel(("closeup",)))
    merged = await step(operator, other["case_id"], "merge", 1, into=case["id"])
    assert merged.status_code == 200, merged.text
    answer = await operator.get(f"/cases/{case['id']}/package")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert f"merged/{other['case_number']}/copies/01-closeup.jpg" in zipped.namelist()
        text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(zipped.read("case-file.pdf")))
    assert "并入的案件" in text


async def test_the_command_line_writes_a_package(desk: Desk, tmp_path: Path) -> None:
    _, case = await case_of(desk)
    await desk.office.database.close()
    arguments = ["export", case["number"], "--to", str(tmp_path / "out"), "--data", str(desk.settings.data)]
    done = await _run(arguments)
    assert done == (0, f"{tmp_path / 'out' / case['number']}.zip\n")
    assert (await _run(arguments))[0] == 1, "a package is never written over"
    assert (await _run(["export", "JJ-0", "--to", str(tmp_path), "--data", str(desk.settings.data)]))[0] == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{case['number']}.zip"]


async def _run(arguments: list[str]) -> tuple[int, str]:
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    return done.exit_code, done.stdout
