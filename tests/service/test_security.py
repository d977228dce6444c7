"""Who may do what: every route of the app against every kind of asker."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.app import create_app
from service.open311.answers import BASE as GEOREPORT
from service.security import ACCESS, Role, Scope
from tests.service.office import PASSWORD, Desk, assert_problem, settings_for

# Written here from docs/api.md, not taken from the code: i inspector, o operator, h unit handler, s supervisor,
# a administrator, u auditor; of API keys f frames:write, v violations:write, p photos:write,
# g signals:write, r open311:write, e engine; * everybody.
EXPECTED = {
    "sign_in": "*",
    "get_session": "iohsau",
    "sign_out": "iohsau",
    "change_password": "iohsau",
    "list_sessions": "iohsau",
    "sign_out_everywhere": "iohsau",
    "begin_second_factor": "iohsau",
    "confirm_second_factor": "iohsau",
    "remove_second_factor": "iohsau",
    "reset_second_factor": "a",
    "end_sessions": "a",
    "list_sign_in_methods": "*",
    "begin_sign_on": "*",
    "finish_sign_on": "*",
    "list_users": "au",
    "create_user": "a",
    "update_user": "a",
    "list_api_keys": "au",
    "create_api_key": "a",
    "delete_api_key": "a",
    "get_catalogue": "*",
    "list_cameras": "iohsaue",
    "create_camera": "a",
    "get_camera": "iohsaue",
    "update_camera": "a",
    "delete_camera": "a",
    "replace_scene": "a",
    "probe_source": "a",
    "rehearse_scene": "a",
    "push_frame": "fa",
    "get_snapshot": "iohsau",
    "watch_live": "iohsau",
    "store_snapshot": "e",
    "report_camera_status": "e",
    "tell_signal": "ga",
    "list_gaps": "iohsau",
    "upload_photo": "ioap",
    "list_photos": "iohsau",
    "get_photo": "iohsaupe",
    "get_photo_image": "iohsaue",
    "claim_photos": "e",
    "report_photo_result": "e",
    "deliver_violation": "ve",
    "get_violation": "osau",
    "discover": "*",
    "list_services": "*",
    "get_service_definition": "*",
    "file_service_request": "r",
    "list_service_requests": "*",
    "get_service_request": "*",
    "get_request_of_token": "*",
    "get_report": "oa",
    "list_cases": "iohsau",
    "get_case": "iohsau",
    "list_case_transitions": "iohsau",
    "suggest_cases": "osau",
    "look_at_case": "osau",
    "look_away_from_case": "osau",
    "list_hot_spots": "osau",
    "confirm_case": "oa",
    "dismiss_case": "oa",
    "merge_case": "oa",
    "split_case": "oa",
    "dispatch_case": "osa",
    "accept_case": "h",
    "return_case": "h",
    "add_after_photo": "h",
    "rectify_case": "h",
    "rework_case": "osa",
    "escalate_case": "sa",
    "close_case": "osa",
    "archive_case": "sa",
    "undo_case": "ohsa",
    "replace_boxes": "oa",
    "get_case_package": "osau",
    "list_ledgers": "iohsau",
    "get_ledger": "iohsau",
    "export_ledger": "sau",
    "list_retention_rules": "sau",
    "replace_retention_rule": "a",
    "get_retention_plan": "sau",
    "list_deletions": "sau",
    "list_holds": "sau",
    "place_hold": "sa",
    "release_hold": "sa",
    "list_archive_years": "sau",
    "get_figure_weights": "osau",
    "replace_figure_weights": "a",
    "get_ranking": "osau",
    "export_ranking": "sau",
    "get_kind_scores": "osau",
    "get_area_scores": "osau",
    "get_trend": "osau",
    "get_heat_map": "osau",
    "get_camera_sights": "osau",
    "get_evidence": "iohsau",
    "list_units": "iohsau",
    "create_unit": "a",
    "update_unit": "a",
    "list_unit_changes": "au",
    "list_areas": "iohsau",
    "find_areas": "iohsau",
    "export_areas": "iohsau",
    "import_areas": "a",
    "update_area": "a",
    "list_area_changes": "au",
    "list_calendars": "iohsau",
    "get_calendar": "iohsau",
    "replace_calendar": "a",
    "list_standards": "iohsau",
    "replace_standard": "a",
    "list_notices": "iohsau",
    "count_unread_notices": "iohsau",
    "read_notices": "iohsau",
    "read_notice": "iohsau",
    "get_notice_settings": "iohsau",
    "replace_notice_settings": "iohsau",
    "begin_notice_email": "iohsau",
    "confirm_notice_email": "iohsau",
    "remove_notice_email": "iohsau",
    "list_webhooks": "au",
    "create_webhook": "a",
    "update_webhook": "a",
    "delete_webhook": "a",
    "test_webhook": "a",
    "list_webhook_deliveries": "au",
    "redeliver_message": "a",
    "redeliver_dead_messages": "a",
    "stream_events": "iohsaue",
    "list_models": "au",
    "use_model": "a",
    "get_system": "iohsaue",
    "report_engine": "e",
    "list_audit": "au",
    "list_anchors": "au",
    "list_signing_keys": "*",
}
ASKERS = {
    "i": Role.INSPECTOR,
    "o": Role.OPERATOR,
    "h": Role.UNIT_HANDLER,
    "s": Role.SUPERVISOR,
    "a": Role.ADMINISTRATOR,
    "u": Role.AUDITOR,
    "f": Scope.FRAMES_WRITE,
    "v": Scope.VIOLATIONS_WRITE,
    "p": Scope.PHOTOS_WRITE,
    "g": Scope.SIGNALS_WRITE,
    "r": Scope.OPEN311_WRITE,
    "e": Scope.ENGINE,
}


def api_routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Name, method and path of every route that the description of the app tells of."""
    for path, operations in app.openapi()["paths"].items():
        if path.startswith(("/api/", GEOREPORT)):
            for method, operation in operations.items():
                yield operation["operationId"], method.upper(), f"http://office.test{path}"


def test_every_route_has_a_rule_and_every_rule_a_route(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = create_app(settings_for(tmp_path_factory.mktemp("data")))
    names = {name for name, _, _ in api_routes(app)}
    hidden = {route.name for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema}
    assert names == set(ACCESS) == set(EXPECTED)
    assert hidden <= {"_no_such_route", "_not_built", "_page", "_start"}


async def _asker(desk: Desk, letter: str, name: str) -> httpx.AsyncClient:
    """Somebody new of a kind."""
    if letter == "":
        return desk.client()
    if letter == "a":
        return await desk.administrator()
    if letter in "iohsu":
        return await desk.person(Role(ASKERS[letter]), name)
    return await desk.program(Scope(ASKERS[letter]), camera="gate-1" if letter in "fg" else None)


async def _ask(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    path = path.replace("{camera_id}", "gate-1").replace("{form}", "json")
    path = re.sub(r"{\w+}", "01a20f5f-0000-7000-8000-000000000000", path)
    body: dict[str, Any] = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
    return await client.request(method, path, **body)


@pytest.mark.parametrize("letter", ["", *ASKERS])
async def test_each_route_lets_in_whom_it_should(desk: Desk, letter: str) -> None:
    await desk.camera()
    desk.office.stopping.set()  # streams end at once
    routes = {route[0]: route for route in api_routes(desk.app)}
    # These three take something away from what comes after them: each has an asker of its own, and comes last.
    own = [routes.pop(name) for name in ("delete_camera", "sign_out_everywhere", "sign_out")]
    client = await _asker(desk, letter, "first")
    for name, method, path in [*routes.values(), *own]:
        if name not in routes:
            client = await _asker(desk, letter, name.replace("_", "-"))
        answer = await _ask(client, method, path)
        allowed = EXPECTED[name] == "*" or (letter != "" and letter in EXPECTED[name])
        refused = answer.status_code in (401, 403)
        assert refused is not allowed, f"{name} for {letter or 'nobody'}: {answer.status_code} {answer.text}"
        if refused and not path.startswith(f"http://office.test{GEOREPORT}"):
            assert_problem(answer, 403 if letter else 401)


async def test_a_route_without_a_rule_lets_nobody_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    monkeypatch.delitem(ACCESS, "list_users")
    assert_problem(await admin.get("/users"), 403, "no rule")


async def test_unsafe_requests_of_a_session_need_the_csrf_token(desk: Desk) -> None:
    admin = await desk.administrator()
    token = admin.headers.pop("X-CSRF-Token")
    body = {"id": "gate-9", "source": "push:"}
    assert_problem(await admin.post("/cameras", json=body), 403, "X-CSRF-Token")
    assert_problem(await admin.post("/cameras", json=body, headers={"X-CSRF-Token": "0" * 64}), 403)
    assert (await admin.post("/cameras", json=body, headers={"X-CSRF-Token": token})).status_code == 201


@pytest.mark.parametrize("header", ["Basic YWRtaW46YWRtaW4=", "Bearer swk_nothing", "Bearer ", "Bearer x", "nonsense"])
async def test_a_wrong_authorization_header_is_nobody_even_beside_a_session(desk: Desk, header: str) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.get("/cases", headers={"Authorization": header}), 401)


async def test_a_password_of_one_does_not_open_the_account_of_another(desk: Desk) -> None:
    await desk.person(Role.OPERATOR)
    answer = await desk.client().post("/session", json={"username": "admin", "password": PASSWORD})
    assert_problem(answer, 401)
