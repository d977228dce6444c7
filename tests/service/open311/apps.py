"""An app that speaks GeoReport v2 with the office in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import httpx
from defusedxml.ElementTree import fromstring

from service.security import Scope
from tests.service.office import Desk, jpeg

BASE = "http://office.test/open311/v2"
REPORT = {"service_code": "garbage", "lat": "39.13", "long": "117.2", "description": "树下一堆垃圾"}
REPORTER = {"first_name": "小明", "last_name": "王", "email": "wang@example.org", "phone": "13800000000"}


@dataclass
class App:
    """A client without a key of its own, and the key that it sends in forms."""

    client: httpx.AsyncClient
    key: str

    @classmethod
    async def of(cls, desk: Desk) -> "App":
        """An app with a new key."""
        program = await desk.program(Scope.OPEN311_WRITE)
        return cls(desk.client(), program.headers["Authorization"].removeprefix("Bearer "))

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.client.get(f"{BASE}/{path}", params=parameters)

    async def file(
        self, content: bytes | None = None, form: str = "json", key: str | None = None, **fields: str
    ) -> httpx.Response:
        """File a report, with a photo if there is one; an empty field is left out."""
        data = {name: value for name, value in ({"api_key": self.key} | REPORT | fields).items() if value}
        headers = {"Idempotency-Key": key} if key else {}
        files: Mapping[str, Any] | None = {"media": ("a.jpg", content)} if content is not None else None
        return await self.client.post(f"{BASE}/requests.{form}", data=data, files=files, headers=headers)

    async def filed(self, *, photo: bool = True, **fields: str) -> str:
        """File a report that is taken; its identifier."""
        answer = await self.file(jpeg() if photo else None, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()[0]["service_request_id"])

    async def request(self, request_id: str, **parameters: str) -> dict[str, Any]:
        """One request as the app sees it."""
        answer = await self.get(f"requests/{request_id}.json", **parameters)
        assert answer.status_code == 200, answer.text
        (shown,) = answer.json()
        assert isinstance(shown, dict)
        return shown


def xml_of(answer: httpx.Response) -> ET.Element:
    """The document of an answer in XML."""
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    document = fromstring(answer.content)
    assert isinstance(document, ET.Element)
    return document


def assert_error(answer: httpx.Response, status: int, code: int, *words: str) -> None:
    """The answer is GeoReport's own error, of this HTTP status and code, and says these words."""
    assert answer.status_code == status, answer.text
    if answer.headers["content-type"].startswith("text/xml"):
        errors = [{child.tag: child.text for child in error} for error in xml_of(answer)]
    else:
        errors = answer.json()
    (error,) = errors
    assert int(error["code"]) == code
    for word in words:
        assert word in error["description"], error
