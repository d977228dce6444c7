"""Areas: files of polygons, the tree, and who answers where."""

import json
from collections.abc import Callable
from math import cos, radians
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.areas.shapes import ShapeError, read_shape, square_metres
from service.security import Role
from tests.service.cases.people import open_staff, person, unit
from tests.service.office import PASSWORD, Desk, assert_problem, delivered_case, parcel

Json = dict[str, Any]


def square(west: float, south: float, side: float) -> Json:
    """A square in degrees as GeoJSON."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: str, level: str, parent: str | None, geometry: Json, **units: str) -> Json:
    properties = {"code": code, "name": f"{code} 区域", "level": level, "parent": parent, "units": units}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def district() -> Json:
    """A district of two sub-districts, the first with a community around gate-1 (117.2, 39.13)."""
    return {
        "type": "FeatureCollection",
        "features": [
            feature("c1", "community", "s1", square(117.19, 39.12, 0.02), garbage="clean"),
            feature("d", "district", None, square(117.0, 39.0, 0.4), jaywalking="police", illegal_parking="police"),
            feature("s1", "sub_district", "d", square(117.1, 39.0, 0.2), garbage="office", cigarette_butt="office"),
            feature("s2", "sub_district", "d", square(117.0, 39.2, 0.1)),
        ],
    }


async def put(admin: httpx.AsyncClient, document: object) -> httpx.Response:
    return await admin.put(
        "/areas/geojson", content=json.dumps(document), headers={"Content-Type": "application/geo+json"}
    )


async def with_district(desk: Desk) -> httpx.AsyncClient:
    """The administrator of a district with units for everything."""
    admin = await desk.administrator()
    for code in ("clean", "police", "office"):
        await unit(admin, code)
    await unit(admin, "fallback", is_default=True)
    answer = await put(admin, district())
    assert answer.json() == {"created": 4, "updated": 0, "unchanged": 0, "cases_moved": 0}, answer.text
    return admin


async def test_an_export_can_be_imported_again(desk: Desk) -> None:
    admin = await with_district(desk)
    exported = await admin.get("/areas/geojson")
    assert exported.headers["content-type"] == "application/geo+json"
    assert (await put(admin, exported.json())).json()["unchanged"] == 4
    by_code = {entry["properties"]["code"]: entry for entry in exported.json()["features"]}
    assert by_code == {entry["properties"]["code"]: entry for entry in district()["features"]}


@pytest.mark.parametrize(
    ("longitude", "latitude", "areas", "units"),
    [
        (117.2, 39.13, ["c1", "s1", "d"], {"garbage": "clean", "cigarette_butt": "office", "jaywalking": "police"}),
        (117.15, 39.05, ["s1", "d"], {"garbage": "office", "illegal_parking": "police"}),
        (117.05, 39.25, ["s2", "d"], {"garbage": "fallback", "jaywalking": "police"}),  # a hole for garbage
        (117.19, 39.12, ["c1", "s1", "d"], {"garbage": "clean"}),  # on a corner
        (100.0, 20.0, [], {"garbage": "fallback", "jaywalking": "fallback"}),
    ],
)
async def test_the_smallest_area_and_the_kind_decide_who_answers(
    desk: Desk, longitude: float, latitude: float, areas: list[str], units: Json
) -> None:
    admin = await with_district(desk)
    names = {entry["id"]: entry["code"] for entry in (await admin.get("/units")).json()["items"]}
    found = (await admin.get("/areas/at", params={"longitude": longitude, "latitude": latitude})).json()
    assert [entry["code"] for entry in found["areas"]] == areas
    assert {kind: names[found["units"][kind]] for kind in units} == units


async def test_a_unit_that_is_not_active_is_passed_over(desk: Desk) -> None:
    admin = await with_district(desk)
    ids = {entry["code"]: entry["id"] for entry in (await admin.get("/units")).json()["items"]}
    assert (await admin.patch(f"/units/{ids['clean']}", json={"active": False})).is_success
    found = (await admin.get("/areas/at", params={"longitude": 117.2, "latitude": 39.13})).json()
    assert found["units"]["garbage"] == ids["office"]
    assert_problem(await admin.patch(f"/units/{ids['fallback']}", json={"active": False}), 422, "default")


def bow() -> Json:
    return {
        "type": "Polygon",
        "coordinates": [[[117.1, 39.1], [117.2, 39.2], [117.2, 39.1], [117.1, 39.2], [117.1, 39.1]]],
    }


def _break(change: Callable[[list[Json]], object]) -> Json:
    document = district()
    change(document["features"])
    return document


BROKEN: list[tuple[str, Json, list[tuple[str, str]]]] = [
    (
        "crosses itself",
        _break(lambda f: f[0].update(geometry=bow())),
        [("features.0.geometry", "c1 is broken: Self-intersection")],
    ),
    (
        "a point",
        _break(lambda f: f[3].update(geometry={"type": "Point", "coordinates": [1, 2]})),
        [("features.3.geometry", "not a Polygon")],
    ),
    (
        "no numbers",
        _break(
            lambda f: f[3].update(geometry={"type": "Polygon", "coordinates": [[["a", 1], [1, 1], [1, 0], ["a", 1]]]})
        ),
        [("features.3.geometry", "broken coordinates")],
    ),
    (
        "not closed",
        _break(lambda f: f[3].update(geometry={"type": "Polygon", "coordinates": [[[0, 0]]]})),
        [("features.3.geometry", "s2")],
    ),
    (
        "metres",
        _break(lambda f: f[3].update(geometry=square(500_000, 4_300_000, 100))),
        [("features.3.geometry", "WGS 84")],
    ),
    (
        "empty",
        _break(lambda f: f[3].update(geometry={"type": "Polygon", "coordinates": []})),
        [("features.3.geometry", "no coordinates")],
    ),
    ("flat", _break(lambda f: f[3].update(geometry=square(117.1, 39.1, 1e-9))), [("features.3.geometry", "no area")]),
    ("twice", _break(lambda f: f[3]["properties"].update(code="s1")), [("features.3.properties.code", "twice")]),
    (
        "no parent",
        _break(lambda f: f[0]["properties"].update(parent=None)),
        [("features.0.properties.parent", "name the area above")],
    ),
    (
        "unknown parent",
        _break(lambda f: f[0]["properties"].update(parent="s9")),
        [("features.0.properties.parent", "no area 's9'")],
    ),
    (
        "upside down",
        _break(lambda f: f[2]["properties"].update(parent="c1")),
        [("features.2.properties.parent", "cannot lie below")],
    ),
    (
        "outside",
        _break(lambda f: f[0].update(geometry=square(117.05, 39.25, 0.02))),
        [("features.0.geometry", "does not lie within s1")],
    ),
    (
        "unknown unit",
        _break(lambda f: f[0]["properties"].update(units={"garbage": "ghost"})),
        [("features.0.properties.units.garbage", "no unit 'ghost'")],
    ),
    (
        "unknown kind",
        _break(lambda f: f[0]["properties"].update(units={"singing": "clean"})),
        [("features.0.properties.units", "")],
    ),
    ("no level", _break(lambda f: f[0]["properties"].pop("level")), [("features.0.properties.level", "required")]),
    (
        "several",
        _break(lambda f: (f[0].update(geometry=bow()), f[3]["properties"].update(parent="x"))),
        [("features.0.geometry", "c1"), ("features.3.properties.parent", "'x'")],
    ),
]


@pytest.mark.parametrize(("document", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
async def test_a_file_with_faults_is_refused_as_a_whole_with_a_list(
    desk: Desk, document: Json, expected: list[tuple[str, str]]
) -> None:
    admin = await desk.administrator()
    for code in ("clean", "police", "office"):
        await unit(admin, code)
    problem = assert_problem(await put(admin, document), 422)
    assert len(problem["errors"]) == len(expected), problem["errors"]
    for fault, (field, words) in zip(problem["errors"], expected, strict=True):
        assert fault["field"].startswith(field), fault
        assert words in fault["message"], fault
    assert (await admin.get("/areas")).json()["items"] == []


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"type": "FeatureCollection"}', "[" * 100_000, '{"type":"Feature"}']
)
async def test_what_is_no_collection_is_refused(desk: Desk, content: str) -> None:
    admin = await desk.administrator()
    headers = {"Content-Type": "application/geo+json"}
    assert_problem(await admin.put("/areas/geojson", content=content, headers=headers), 422, "file")


async def test_a_file_of_another_type_or_size_is_refused(desk: Desk) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.put("/areas/geojson", json=district()), 415, "geo+json")
    headers = {"Content-Type": "application/geo+json"}
    too_much = b" " * (desk.settings.areas_limit + 1)
    assert_problem(await admin.put("/areas/geojson", content=too_much, headers=headers), 413)


async def test_an_area_may_not_shrink_away_from_those_below_it(desk: Desk) -> None:
    admin = await with_district(desk)
    smaller = feature("s1", "sub_district", "d", square(117.1, 39.0, 0.05))
    problem = assert_problem(await put(admin, {"type": "FeatureCollection", "features": [smaller]}), 422)
    assert "c1, which is not in the file" in problem["errors"][0]["message"]


async def test_changes_are_kept_with_before_and_after(desk: Desk) -> None:
    admin = await with_district(desk)
    area = next(entry for entry in (await admin.get("/areas")).json()["items"] if entry["code"] == "c1")
    units = {entry["code"]: entry["id"] for entry in (await admin.get("/units")).json()["items"]}
    changed = await admin.patch(
        f"/areas/{area['id']}", json={"name": "北门社区", "units": {"garbage": units["office"]}}
    )
    assert (changed.json()["name"], changed.json()["units"]) == ("北门社区", {"garbage": units["office"]})
    history = (await admin.get(f"/areas/{area['id']}/history")).json()["items"]
    assert [entry["action"] for entry in history] == ["create", "update"]
    assert history[1]["details"]["before"] == {"name": "c1 区域", "units": {"garbage": units["clean"]}}
    assert_problem(await admin.patch(f"/areas/{area['id']}", json={"units": {"garbage": area["id"]}}), 422, "no unit")
    renamed = await admin.patch(f"/units/{units['clean']}", json={"name": "环卫一队"})
    assert renamed.json()["name"] == "环卫一队"
    assert (await admin.get(f"/units/{units['clean']}/history")).json()["items"][1]["details"]["after"] == {
        "name": "环卫一队"
    }


async def test_open_cases_move_with_new_borders_and_dispatched_ones_stay(desk: Desk) -> None:
    staff = await open_staff(desk)
    pending, dispatched = await staff.new_case(), await staff.at("dispatched")
    for code in ("clean", "police", "office"):
        await unit(staff.admin, code)
    assert (await put(staff.admin, district())).json()["cases_moved"] == 1
    case = (await staff.mei.get(f"/cases/{pending}")).json()
    assert case["area"]["code"] == "c1"
    assert (await staff.mei.get(f"/cases/{dispatched['id']}")).json()["area"] is None
    new = (await staff.mei.get(f"/cases/{await staff.new_case()}")).json()
    assert new["area_id"] == case["area_id"]


async def test_who_is_bound_to_an_area_sees_its_cases_only(desk: Desk) -> None:
    admin = await with_district(desk)
    await desk.camera()
    engine = await desk.engine()
    here = (await delivered_case(engine, parcel(())))["case_id"]
    there = (await delivered_case(engine, parcel((), longitude=117.05, latitude=39.25)))["case_id"]
    nowhere = (await delivered_case(engine, parcel((), longitude=10.0, latitude=10.0)))["case_id"]
    ids = {entry["code"]: entry["id"] for entry in (await admin.get("/areas")).json()["items"]}
    seen = {}
    for code in ("c1", "s1", "s2", "d"):
        who = await person(desk, admin, f"of-{code}", Role.OPERATOR, area_id=ids[code])
        listed = {row["id"] for row in (await who.get("/cases")).json()["items"]}
        single = {case for case in (here, there, nowhere) if (await who.get(f"/cases/{case}")).status_code == 200}
        assert listed == single
        seen[code] = listed
    assert seen == {"c1": {here}, "s1": {here}, "s2": {there}, "d": {here, there}}
    below = await admin.get("/cases", params={"area_id": ids["s1"]})
    assert [row["id"] for row in below.json()["items"]] == [here]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"role": "unit_handler"}, "name the unit"),
        ({"role": "operator", "unit_id": "UNIT"}, "works for no unit"),
        ({"role": "unit_handler", "unit_id": "AREA"}, "no unit"),
        ({"role": "auditor", "area_id": "AREA"}, "only operator and supervisor"),
        ({"role": "operator", "area_id": "UNIT"}, "no area"),
    ],
)
async def test_unit_and_area_must_go_with_the_role(desk: Desk, body: Json, words: str) -> None:
    admin = await with_district(desk)
    ids = {
        "UNIT": (await admin.get("/units")).json()["items"][0]["id"],
        "AREA": (await admin.get("/areas")).json()["items"][0]["id"],
    }
    filled = {name: ids.get(value, value) for name, value in body.items()}
    whole = {"username": "zhao", "display_name": "赵", "password": PASSWORD} | filled
    assert_problem(await admin.post("/users", json=whole), 422, words)


@given(west=st.floats(-170, 170), south=st.floats(-70, 70), side=st.floats(0.001, 0.05))
def test_sizes_are_those_of_the_sphere(west: float, south: float, side: float) -> None:
    """A small square: height times width at its middle, within half a percent."""
    expected = (side * 111_195) ** 2 * cos(radians(south + side / 2))
    assert abs(square_metres(read_shape(square(west, south, side))) / expected - 1) < 0.005


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_any_geometry_is_read_or_refused(coordinates: Any) -> None:  # noqa: ANN401 (anything)
    for kind in ("Polygon", "MultiPolygon"):
        try:
            read_shape({"type": kind, "coordinates": coordinates})
        except ShapeError:
            continue
