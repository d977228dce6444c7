"""Stored XSS: what people write in any text field comes back as JSON text, and no page writes it as HTML."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.office import Desk
from tests.service.test_fuzz import Askers

PAYLOAD = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>"
WEB = Path(__file__).resolve().parents[3] / "service" / "web" / "src"
Json = dict[str, Any]
METHODS = {"post": 0, "put": 1, "patch": 2}


class Writer:
    """Writes bodies as the description asks for them, with the payload in every field that takes free text."""

    def __init__(self, document: Json, there: dict[str, str]) -> None:
        self.schemas: Json = document["components"]["schemas"]
        self.there = there
        self.fields: set[str] = set()

    def body(self, schema: Json, name: str = "") -> Any:  # noqa: ANN401 (any JSON)
        """A value that a schema allows."""
        if "$ref" in schema:
            return self.body(self.schemas[schema["$ref"].rpartition("/")[2]], name)
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return self.body(schema[union][0], name)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        return self._by_type(schema, name)

    def _by_type(self, schema: Json, name: str) -> Any:  # noqa: ANN401 (any JSON)
        kind = schema.get("type")
        if kind == "object":
            return {key: self.body(value, key) for key, value in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.body(schema["items"], name)] if "items" in schema and schema.get("minItems") else []
        if kind == "string":
            return self._text(schema, name)
        if kind in ("integer", "number"):
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return {"boolean": False}.get(str(kind))

    def _text(self, schema: Json, name: str) -> str:
        if schema.get("format") == "date-time":
            return "2026-11-25T08:00:00Z"
        if schema.get("format") == "uuid":
            return self.there.get(name, self.there["case_id"])
        if schema.get("format") or schema.get("pattern") or schema.get("maxLength", 500) < len(PAYLOAD):
            return "written"
        self.fields.add(name)
        return PAYLOAD


def assert_no_page(answer: httpx.Response) -> None:
    """A browser takes the answer for no page and runs nothing of it."""
    media_type = answer.headers.get("content-type", "")
    assert not re.search("html|svg|javascript|xhtml", media_type), (str(answer.request.url), media_type)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_stored_xss_in_any_text_field_of_the_api(desk: Desk) -> None:
    askers = await Askers.of(desk)
    desk.office.stopping.set()  # streams end at once
    document = desk.app.openapi()
    writer = Writer(document, askers.there)
    routes = [(path, method, found) for path, entry in document["paths"].items() for method, found in entry.items()]
    routes = [route for route in routes if route[2]["operationId"] not in ("sign_out_everywhere", "change_password")]
    kept = set()
    for path, method, operation in sorted(routes, key=lambda route: METHODS.get(route[1], 3)):
        asker = askers.who(operation["operationId"])
        address = f"http://office.test{path}"
        for name in re.findall(r"{(\w+)}", path):
            address = address.replace(f"{{{name}}}", askers.there.get(name, askers.there["case_id"]))
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        body = {"json": writer.body(content["schema"])} if content else {}
        if operation["operationId"] == "create_user":
            body["json"] |= {"role": "inspector", "password": "quite a long word", "unit_id": None, "area_id": None}
        answer = await asker.request(method.upper(), address, **body)
        assert answer.status_code != 500, (path, answer.text)
        assert_no_page(answer)
        for name, value in answer.json().items() if answer.text.startswith("{") else ():
            if value == PAYLOAD:
                kept.add(name)
    assert len(writer.fields) > 15, sorted(writer.fields)
    assert {"name", "display_name", "filing", "closing"} <= kept, sorted(kept)


@pytest.mark.parametrize(
    "path", ["/api/v1/<script>alert(1)</script>", "/api/v1/cases?q=<script>", "/open311/v2/<b>.xml"]
)
async def test_an_address_with_script_is_answered_with_no_page(desk: Desk, path: str) -> None:
    admin = await desk.administrator()
    assert_no_page(await admin.get(f"http://office.test{path}"))


def test_the_console_writes_no_text_as_html() -> None:
    raw = re.compile(r"dangerouslySetInnerHTML|\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(")
    sources = [path for suffix in ("*.ts", "*.tsx") for path in WEB.rglob(suffix)]
    assert len(sources) > 50
    assert not [path.name for path in sources if raw.search(path.read_text(encoding="utf-8"))]
