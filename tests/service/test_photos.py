"""Photos: taken in, claimed by the engine, shown."""

import asyncio
import io
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational
from sqlalchemy import update

from service import clock
from service.photos.models import PhotoRow
from service.security import Role, Scope
from service.settings import Settings
from tests.service.office import Desk, assert_problem, delivered_case, jpeg, open_desk, parcel

NOON = "2026:11:24 12:00:00"


def exif(
    time: str = "", offset: str = "", orientation: int = 0, place: tuple[float, float] | None = None
) -> Image.Exif:
    """EXIF with a time, an offset, an orientation, a place (longitude and latitude in degrees)."""
    made = Image.Exif()
    if orientation:
        made[ExifTags.Base.Orientation] = orientation
    details = made.get_ifd(ExifTags.IFD.Exif)
    if time:
        details[ExifTags.Base.DateTimeOriginal] = time
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    if place is not None:
        gps = made.get_ifd(ExifTags.IFD.GPSInfo)
        longitude, latitude = place
        gps[ExifTags.GPS.GPSLongitude] = _sexagesimal(longitude)
        gps[ExifTags.GPS.GPSLongitudeRef] = "W" if longitude < 0 else "E"
        gps[ExifTags.GPS.GPSLatitude] = _sexagesimal(latitude)
        gps[ExifTags.GPS.GPSLatitudeRef] = "S" if latitude < 0 else "N"
    return made


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    minutes = abs(degrees) % 1 * 60
    seconds = minutes % 1 * 60
    return IFDRational(int(abs(degrees))), IFDRational(int(minutes)), IFDRational(round(seconds * 1000), 1000)


def picture(kind: str, width: int = 80, height: int = 40, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(
        out, kind, exif=Image.Exif() if exif is None else exif
    )
    return out.getvalue()


async def upload(client: httpx.AsyncClient, content: bytes, key: str | None = None, **fields: str) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post("/photos", files={"file": ("a.jpg", content)}, data=fields, headers=headers)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_a_photo_is_kept_untouched_and_shown(desk: Desk, kind: str) -> None:
    inspector = await desk.person(Role.INSPECTOR)
    content = picture(kind)
    answer = await upload(inspector, content, note="树下")
    assert answer.status_code == 202, answer.text
    photo = answer.json()
    assert (photo["status"], photo["width"], photo["height"], photo["note"]) == ("queued", 80, 40, "树下")
    assert (photo["uploaded_by"], photo["case_ids"]) == ("Inspector", [])
    original = await inspector.get(f"/photos/{photo['id']}/image", params={"original": True})
    assert original.content == content
    shown = await inspector.get(f"/photos/{photo['id']}/image")
    if kind == "HEIF":
        assert shown.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(shown.content)).size == (80, 40)
    else:
        assert shown.content == content
        assert shown.headers["etag"] == f'"{sha256(content).hexdigest()}"'
    part = await inspector.get(f"/photos/{photo['id']}/image?original=true", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, content[2:6])
    assert not list(desk.settings.incoming.iterdir())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (80, 40, None, None, None)),
        ({"time": NOON}, (80, 40, "2026-11-24T04:00:00Z", None, None)),
        ({"time": NOON, "offset": "+02:00"}, (80, 40, "2026-11-24T10:00:00Z", None, None)),
        ({"time": "0000:00:00 00:00:00"}, (80, 40, None, None, None)),
        ({"time": NOON, "offset": "nonsense"}, (80, 40, "2026-11-24T04:00:00Z", None, None)),
        ({"orientation": 6}, (40, 80, None, None, None)),
        ({"orientation": 3}, (80, 40, None, None, None)),
        ({"place": (117.2009, 39.1342)}, (80, 40, None, 117.2009, 39.1342)),
        ({"place": (-58.3816, -34.6037)}, (80, 40, None, -58.3816, -34.6037)),
        ({"place": (0.0, 0.0)}, (80, 40, None, None, None)),
        ({"place": (117.2, 95.0)}, (80, 40, None, None, None)),
    ],
)
async def test_time_place_and_orientation_come_from_exif(
    desk: Desk, tags: dict[str, Any], expected: tuple[object, ...]
) -> None:
    admin = await desk.administrator()
    photo = (await upload(admin, picture("JPEG", exif=exif(**tags)))).json()
    found = [photo[name] for name in ("width", "height", "taken_at", "longitude", "latitude")]
    assert found == [pytest.approx(value, abs=1e-4) if isinstance(value, float) else value for value in expected]


async def test_what_the_form_says_goes_before_exif(desk: Desk) -> None:
    admin = await desk.administrator()
    content = picture("JPEG", exif=exif(time=NOON, place=(117.2, 39.1)))
    given = {"longitude": "116.4", "latitude": "39.9", "taken_at": "2026-11-24T09:00:00+08:00"}
    photo = (await upload(admin, content, **given)).json()
    assert (photo["longitude"], photo["latitude"], photo["taken_at"]) == (116.4, 39.9, "2026-11-24T01:00:00Z")
    empty = (await upload(admin, content, longitude="", latitude="", taken_at="")).json()
    assert (empty["longitude"], empty["taken_at"]) == (pytest.approx(117.2), "2026-11-24T04:00:00Z")


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (picture("JPEG", 400, 300)[:-2000], 422, "cut off or broken"),
        (picture("PNG", 400, 300)[:-300], 422, "cut off or broken"),
        (b"", 422, "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415, "not a JPEG"),
        (picture("GIF"), 415, "not a JPEG"),
        (b"%PDF-1.7 nothing", 415, "not a JPEG"),
    ],
)
async def test_what_is_no_whole_photo_is_refused(desk: Desk, content: bytes, status: int, words: str) -> None:
    admin = await desk.administrator()
    assert_problem(await upload(admin, content), status, words)
    assert (await admin.get("/photos")).json()["items"] == []
    assert not list(desk.settings.incoming.iterdir())
    assert not [path for path in (desk.settings.data / "files").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"longitude": "117"}, "latitude"),
        ({"longitude": "200", "latitude": "39"}, "longitude"),
        ({"longitude": "east", "latitude": "39"}, "longitude"),
        ({"taken_at": "2026-11-24T09:00:00"}, "taken_at"),
        ({"note": "x" * 501}, "note"),
        ({"unknown": "1"}, "unknown"),
    ],
)
async def test_a_field_at_fault_is_named(desk: Desk, fields: dict[str, str], field: str) -> None:
    admin = await desk.administrator()
    assert assert_problem(await upload(admin, jpeg(), **fields), 422)["errors"][0]["field"] == field


async def test_too_large_a_photo_is_refused(
    make_settings: Callable[..., Settings], prepared: tuple[object, str]
) -> None:
    async with open_desk(make_settings(photo_limit=20_000, photo_pixels=10_000), prepared[1]) as desk:
        admin = await desk.administrator()
        assert_problem(await upload(admin, jpeg() + b"\0" * 20_000), 413, "20000")
        assert_problem(await upload(admin, jpeg() + b"\0" * 200_000), 413)
        assert_problem(await upload(admin, picture("PNG", 101, 100)), 413, "pixels")
        assert (await upload(admin, picture("PNG", 100, 100))).status_code == 202


async def test_a_hundred_million_pixels_are_the_limit(desk: Desk) -> None:
    out = io.BytesIO()
    Image.new("1", (14_200, 14_200)).save(out, "PNG")  # 25 kB that would take 200 MB
    admin = await desk.administrator()
    assert_problem(await upload(admin, out.getvalue()), 413, "100 million pixels")


@pytest.mark.parametrize(
    "request_parts",
    [
        {"content": jpeg(), "headers": {"Content-Type": "image/jpeg"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        {"json": {"file": "x"}},
    ],
)
async def test_another_form_is_refused(desk: Desk, request_parts: dict[str, Any]) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.post("/photos", **request_parts), 415)


async def test_a_form_without_the_photo_or_with_two_is_refused(desk: Desk) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.post("/photos", files={"picture": ("a.jpg", jpeg())}), 422, "file")
    assert_problem(await admin.post("/photos", files=[("file", ("a.jpg", jpeg()))] * 2), 413, "files")
    assert_problem(await admin.post("/photos", files={"file": (None, "text")}), 422, "file")


async def test_the_same_idempotency_key_gives_the_same_photo_also_at_once(desk: Desk) -> None:
    inspector = await desk.person(Role.INSPECTOR)
    answers = await asyncio.gather(*(upload(inspector, jpeg(), key="phone-1") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert_problem(await upload(inspector, picture("PNG"), key="phone-1"), 422, "Idempotency-Key")
    other = await upload(await desk.administrator(), picture("PNG"), key="phone-1")
    assert other.status_code == 202
    assert len([path for path in (desk.settings.data / "files").rglob("*") if path.is_file()]) == 2


async def test_inspectors_see_their_own_photos_only(desk: Desk) -> None:
    mine = await desk.person(Role.INSPECTOR, "mei")
    other = await desk.person(Role.INSPECTOR, "bo")
    operator = await desk.person(Role.OPERATOR)
    photo = (await upload(mine, jpeg())).json()
    assert len((await mine.get("/photos")).json()["items"]) == 1
    assert (await other.get("/photos")).json()["items"] == []
    assert_problem(await other.get(f"/photos/{photo['id']}"), 404)
    assert_problem(await other.get(f"/photos/{photo['id']}/image"), 404)
    assert (await operator.get(f"/photos/{photo['id']}")).status_code == 200
    assert len((await operator.get("/photos")).json()["items"]) == 1
    assert (await operator.get("/photos", params={"mine": True})).json()["items"] == []


async def test_a_program_sees_what_it_uploaded(desk: Desk) -> None:
    program = await desk.program(Scope.PHOTOS_WRITE)
    photo = (await upload(program, jpeg())).json()
    assert (await program.get(f"/photos/{photo['id']}")).json()["uploaded_by"] == "program"
    others = (await upload(await desk.administrator(), jpeg())).json()
    assert_problem(await program.get(f"/photos/{others['id']}"), 404)


async def test_photos_come_page_by_page_newest_first(desk: Desk) -> None:
    admin = await desk.administrator()
    ids = [(await upload(admin, jpeg())).json()["id"] for _ in range(5)]
    first = (await admin.get("/photos", params={"limit": 3})).json()
    second = (await admin.get("/photos", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [photo["id"] for photo in first["items"] + second["items"]] == ids[::-1]
    assert_problem(await admin.get("/photos", params={"cursor": "bm90IG9uZQ"}), 422, "cursor")


async def test_an_engine_takes_photos_oldest_first_and_each_once(desk: Desk) -> None:
    admin, engine = await desk.administrator(), await desk.engine()
    ids = [(await upload(admin, jpeg())).json()["id"] for _ in range(4)]
    taken = await asyncio.gather(*(engine.post("/photos/claim", json={"limit": 2}) for _ in range(3)))
    claimed = [photo["id"] for answer in taken for photo in answer.json()["items"]]
    assert sorted(claimed) == sorted(ids)
    assert (await admin.get(f"/photos/{ids[0]}")).json()["status"] == "processing"
    assert (await engine.get(f"/photos/{ids[0]}/image")).content == jpeg()


async def test_a_claim_without_result_runs_out_and_fails_in_the_end(
    make_settings: Callable[..., Settings], prepared: tuple[object, str]
) -> None:
    async with open_desk(make_settings(claim_tries=2), prepared[1]) as desk:
        admin, engine = await desk.administrator(), await desk.engine()
        photo_id = (await upload(admin, jpeg())).json()["id"]
        for _ in range(2):
            assert len((await engine.post("/photos/claim", json={})).json()["items"]) == 1
            assert (await engine.post("/photos/claim", json={})).json()["items"] == []
            async with desk.office.database.transaction() as session:
                await session.execute(update(PhotoRow).values(claimed_until=clock.now() - timedelta(seconds=1)))
        assert (await engine.post("/photos/claim", json={})).json()["items"] == []
        photo = (await admin.get(f"/photos/{photo_id}")).json()
        assert photo["status"] == "failed"
        assert "2 times" in photo["detail"]


async def test_a_result_ends_the_photo_and_names_its_cases(desk: Desk) -> None:
    inspector, engine = await desk.person(Role.INSPECTOR), await desk.engine()
    photo_id = (await upload(inspector, jpeg(), longitude="117.3", latitude="39.2")).json()["id"]
    await engine.post("/photos/claim", json={"limit": 1})
    case = await delivered_case(engine, parcel(camera=None, photo=photo_id, kind="garbage"))
    body = {"status": "done", "detail": "garbage: 1", "model": "street-1"}
    for _ in range(2):  # an engine that got no answer says it again
        answer = await engine.post(f"/photos/{photo_id}/result", json=body)
        assert answer.status_code == 200, answer.text
    photo = (await inspector.get(f"/photos/{photo_id}")).json()
    assert (photo["status"], photo["detail"], photo["case_ids"]) == ("done", "garbage: 1", [case["case_id"]])
    seen = (await inspector.get(f"/cases/{case['case_id']}")).json()
    assert (seen["longitude"], seen["latitude"], seen["photo_id"]) == (117.3, 39.2, photo_id)
    assert_problem(await engine.post(f"/photos/{photo_id}/result", json={"status": "failed"}), 409, "done")
    unknown = "01a20f5f-0000-7000-8000-000000000000"
    assert_problem(await engine.post(f"/photos/{unknown}/result", json=body), 404)
