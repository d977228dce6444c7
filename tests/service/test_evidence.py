"""Evidence files: whole and in part, to those who may see them."""

from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from detector.violations import EvidenceFile
from service import clock
from service.audit.models import AuditRow
from service.evidence.looks import ONE_LOOK
from service.evidence.models import EvidenceRow
from service.security import Role
from tests.service.office import Desk, Parcel, assert_problem, delivered_case, jpeg, parcel


async def stored(desk: Desk) -> dict[str, EvidenceRow]:
    """One violation's evidence, by role."""
    await desk.camera()
    await delivered_case(await desk.engine())
    async with desk.office.database.reading() as session:
        return {row.role: row for row in await session.scalars(select(EvidenceRow))}


def on_disk(desk: Desk, row: EvidenceRow) -> Path:
    return desk.settings.data / "files" / row.key


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        (None, 200, (0, None)),
        ("bytes=0-9", 206, (0, 10)),
        ("bytes=10-", 206, (10, None)),
        ("bytes=-7", 206, (-7, None)),
        ("bytes=0-999999", 206, (0, None)),
        ("bytes=5-4", 416, None),
        ("bytes=999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=0-1,4-5", 200, (0, None)),
        ("lines=1-2", 200, (0, None)),
        ("bytes=-", 200, (0, None)),
    ],
)
async def test_ranges(desk: Desk, asked: str | None, status: int, span: tuple[int, int | None] | None) -> None:
    row = (await stored(desk))["closeup"]
    content = on_disk(desk, row).read_bytes()
    operator = await desk.person(Role.OPERATOR)
    answer = await operator.get(f"/evidence/{row.id}", headers={"Range": asked} if asked else {})
    assert answer.status_code == status
    if span is None:
        assert_problem(answer, 416)
        assert answer.headers["content-range"] == f"bytes */{len(content)}"
        return
    part = content[slice(*span)]
    assert answer.content == part
    assert answer.headers["content-length"] == str(len(part))
    assert answer.headers["etag"] == f'"{row.sha256}"'
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 206:
        start = content.index(part)
        assert answer.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{len(content)}"


async def test_who_has_a_file_need_not_load_it_again(desk: Desk) -> None:
    row = (await stored(desk))["closeup"]
    operator = await desk.person(Role.OPERATOR)
    url, tag = f"/evidence/{row.id}", f'"{row.sha256}"'
    assert (await operator.get(url, headers={"If-None-Match": f'"other", W/{tag}'})).status_code == 304
    assert (await operator.get(url, headers={"Range": "bytes=0-3", "If-Range": tag})).status_code == 206
    assert (await operator.get(url, headers={"Range": "bytes=0-3", "If-Range": '"other"'})).status_code == 200


async def test_originals_are_for_the_office(desk: Desk) -> None:
    await desk.camera()
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    photo = (await inspector.post("/photos", files={"file": ("a.jpg", jpeg())})).json()["id"]
    await delivered_case(engine, parcel(camera=None, photo=photo))
    async with desk.office.database.reading() as session:
        rows = {row.role: row for row in await session.scalars(select(EvidenceRow))}
    assert (await inspector.get(f"/evidence/{rows['closeup'].id}")).status_code == 200
    assert_problem(await inspector.get(f"/evidence/{rows['original'].id}"), 403, "Originals")
    operator = await desk.person(Role.OPERATOR)
    assert (await operator.get(f"/evidence/{rows['original'].id}")).status_code == 200


async def looks(desk: Desk) -> list[tuple[str, str]]:
    async with desk.office.database.reading() as session:
        query = select(AuditRow).where(AuditRow.action == "look").order_by(AuditRow.sequence)
        return [(row.actor, row.subject_id) for row in await session.scalars(query)]


async def test_who_looked_at_an_original_is_recorded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = await stored(desk)
    operator, admin = await desk.person(Role.OPERATOR), await desk.administrator()
    await operator.get(f"/evidence/{rows['closeup'].id}")
    assert await looks(desk) == [], "a derived picture hides bystanders"
    for part in ("bytes=1-9", "bytes=10-"):
        await operator.get(f"/evidence/{rows['original'].id}", headers={"Range": part})
    original = str(rows["original"].id)
    assert await looks(desk) == [("Operator", original)], "a film that is read in parts is looked at once"
    await admin.get(f"/evidence/{original}")
    later = clock.now() + ONE_LOOK
    monkeypatch.setattr(clock, "now", lambda: later)
    await operator.get(f"/evidence/{original}")
    assert await looks(desk) == [("Operator", original), ("Administrator", original), ("Operator", original)]


async def test_who_looked_at_somebody_elses_photo_is_recorded(desk: Desk) -> None:
    inspector, operator, engine = (
        await desk.person(Role.INSPECTOR),
        await desk.person(Role.OPERATOR),
        await desk.engine(),
    )
    photo = (await inspector.post("/photos", files={"file": ("a.jpg", jpeg())})).json()["id"]
    for client in (inspector, engine):
        assert (await client.get(f"/photos/{photo}/image")).status_code == 200
    assert await looks(desk) == [], "one's own photo is no secret, and a program does not look"
    assert (await operator.get(f"/photos/{photo}/image")).status_code == 200
    assert await looks(desk) == [("Operator", photo)]


async def test_evidence_of_others_is_not_said_to_exist(desk: Desk) -> None:
    row = (await stored(desk))["closeup"]
    inspector = await desk.person(Role.INSPECTOR)
    assert_problem(await inspector.get(f"/evidence/{row.id}"), 404)


@pytest.mark.parametrize(
    "path", ["..%2f..%2fstreetwarden.db", "%2e%2e/%2e%2e/streetwarden.db", "..%5c..%5cx", "%00", "/etc/passwd", "1"]
)
async def test_nothing_outside_the_folder_can_be_asked_for(desk: Desk, path: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    answer = await operator.get(f"/evidence/{path}")
    assert answer.status_code in (404, 405, 422, 503)
    assert b"SQLite format" not in answer.content
    assert b"root:" not in answer.content


@pytest.mark.parametrize(("damage", "words"), [("remove", "missing"), ("append", "altered")])
async def test_a_file_that_was_lost_or_altered_is_never_passed_off(desk: Desk, damage: str, words: str) -> None:
    row = (await stored(desk))["closeup"]
    path = on_disk(desk, row)
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"x")
    operator = await desk.person(Role.OPERATOR)
    assert_problem(await operator.get(f"/evidence/{row.id}"), 500, words)


async def test_a_clip_is_for_all_and_what_the_camera_encoded_is_not(desk: Desk) -> None:
    """Video as the detector delivers it: the clip plays in part and whole; the camera's own film is an original."""
    await desk.camera()
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    photo = (await inspector.post("/photos", files={"file": ("a.jpg", jpeg())})).json()["id"]
    sent = parcel(camera=None, photo=photo)
    films = {"clip-1.mp4": b"\0\0\0\x18ftypisom the clip", "original-4.mp4": b"\0\0\0\x18ftypisom everybody"}
    entries = tuple(
        EvidenceFile(
            file=name, sha256=sha256(film).hexdigest(), role="clip" if "clip" in name else "original",
            media_type="video/mp4",
        )
        for name, film in films.items()
    )  # fmt: skip
    filmed = sent.violation.model_copy(update={"evidence": (*sent.violation.evidence, *entries)})
    await delivered_case(engine, Parcel(filmed, sent.files | films))
    async with desk.office.database.reading() as session:
        rows = {row.file: row for row in await session.scalars(select(EvidenceRow))}
    clip, own = (f"/evidence/{rows[name].id}" for name in films)
    whole = await inspector.get(clip)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.content == films["clip-1.mp4"]
    assert (await inspector.get(clip, headers={"Range": "bytes=4-7"})).content == b"ftyp"
    assert_problem(await inspector.get(own), 403, "Originals")
    assert (await (await desk.person(Role.OPERATOR)).get(own)).content == films["original-4.mp4"]
