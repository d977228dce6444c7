"""Requests whose bytes are no honest text: deep nesting, null characters, broken UTF-8, headers without end."""

import json

import pytest

from tests.service.office import Desk, assert_problem, parcel
from tests.service.open311.apps import App, assert_error

DEEP = b'{"a":' * 200_000 + b"0" + b"}" * 200_000
JSON = {"Content-Type": "application/json"}
GEOJSON = {"Content-Type": "application/geo+json"}
NULL = "holds a null character"


async def test_deeply_nested_json_is_refused(desk: Desk) -> None:
    await desk.camera()
    admin, engine = await desk.administrator(), await desk.engine()
    for method, path in (("POST", "/users"), ("PUT", "/cameras/gate-1/scene"), ("PATCH", "/cameras/gate-1")):
        assert (await admin.request(method, path, content=DEEP, headers=JSON)).status_code in (400, 422), path
    assert_problem(await admin.put("/areas/geojson", content=DEEP, headers=GEOJSON), 422, "JSON")
    sent = {"violation": (None, DEEP[:1_000_000], "application/json")}
    assert_problem(await engine.post("/violations", files=sent), 422, "violation")


@pytest.mark.parametrize("text", ["a\0b", "\0", "\\\0"])
async def test_null_characters_are_refused_wherever_they_stand(desk: Desk, text: str) -> None:
    await desk.camera()
    admin, engine = await desk.administrator(), await desk.engine()
    unit = {"code": "clean", "name": text, "kind": "sanitation"}
    assert_problem(await admin.post("/units", json=unit), 422, NULL)
    assert_problem(await admin.get("/cases", params={"q": text}), 422, "q", NULL)
    assert_problem(await admin.get(f"/calendars/{text.replace(chr(0), '%00').replace(chr(92), '%5C')}"), 422, NULL)
    feature = {"type": "Feature", "properties": {"code": text, "name": "x"}, "geometry": None}
    document = json.dumps({"type": "FeatureCollection", "features": [feature]})
    assert_problem(await admin.put("/areas/geojson", content=document, headers=GEOJSON), 422, NULL)
    sent = parcel(()).changed(note=text)
    assert_problem(await engine.post("/violations", files=sent.parts()), 422, NULL)
    assert_problem(await admin.post("/photos", files={"file": b"x"}, data={"note": text}), 422, "note", NULL)
    assert_error(await (await App.of(desk)).file(None, description=text), 400, 422, NULL)


async def test_an_escaped_backslash_before_u0000_is_no_null_character(desk: Desk) -> None:
    admin = await desk.administrator()
    unit = {"code": "clean", "name": "\\u0000", "kind": "sanitation"}
    assert (await admin.post("/units", json=unit)).json()["name"] == "\\u0000"


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\\ud800"])
async def test_broken_utf_8_and_lone_surrogates_are_refused(desk: Desk, broken: bytes) -> None:
    admin = await desk.administrator()
    body = b'{"code": "clean", "kind": "sanitation", "name": "' + broken + b'"}'
    answer = await admin.post("/units", content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert_problem(answer, answer.status_code)
    area = (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "' + broken + b'"}}]}'
    )
    assert_problem(await admin.put("/areas/geojson", content=area, headers=GEOJSON), 422)


@pytest.mark.parametrize("name", ["X-Request-ID", "Authorization", "Idempotency-Key", "Range", "Last-Event-ID"])
async def test_an_overlong_header_is_harmless(desk: Desk, name: str) -> None:
    admin = await desk.administrator()
    answer = await admin.get("/cases", headers={name: "x" * 100_000})
    assert_problem(answer, 431, "headers")
    assert len(answer.headers["x-request-id"]) <= 64
