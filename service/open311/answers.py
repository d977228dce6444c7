"""Answers of GeoReport v2: the same content as JSON and as XML, errors included.

The specification maps between the two by the Spark convention: a list is an element in the plural that holds elements
in the singular, and what is null is an empty element.
"""

import json
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from pydantic import BaseModel, JsonValue
from starlette.responses import Response

BASE = "/open311/v2"
_SINGULAR = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
MEDIA_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold, not even escaped (section 2.2)."""


def answer(root: str, content: BaseModel | Sequence[BaseModel], form: str, status: int = 200) -> Response:
    """Models as an answer in the form that the address ends with.

    Args:
        root: name of the XML document's element; JSON has none.
        content: one model, or the rows of a list.
        form: ``json`` or ``xml``.
        status: HTTP status.
    """
    if isinstance(content, BaseModel):
        value: JsonValue = content.model_dump(mode="json")
    else:
        value = [row.model_dump(mode="json") for row in content]
    return _respond(root, value, form, status, {})


def error_answer(status: int, detail: str, path: str, headers: Mapping[str, str] | None) -> Response:
    """An error as the specification wants it: 403 for keys, 404 for what is not there, 400 for all else of the asker.

    ``code`` keeps the plain HTTP status. What is wrong with the office stays 5xx: the same request may go well later.
    """
    sent = status if status >= 500 else {401: 403, 403: 403, 404: 404}.get(status, 400)
    form = "xml" if path.endswith(".xml") else "json"
    return _respond("errors", [{"code": status, "description": detail}], form, sent, headers or {})


def _respond(root: str, value: JsonValue, form: str, status: int, headers: Mapping[str, str]) -> Response:
    if form == "xml":
        body = ET.tostring(_element(root, value), encoding="utf-8", xml_declaration=True)
    else:
        body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, {**headers, "Cache-Control": "no-store"}, media_type=MEDIA_TYPES[form])


def _element(name: str, value: JsonValue) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, dict):
        element.extend(_element(key, entry) for key, entry in value.items())
    elif isinstance(value, list):
        element.extend(_element(_SINGULAR[name], entry) for entry in value)
    elif value is not None:
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _NOT_XML.sub("\ufffd", plain)
    return element
