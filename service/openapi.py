"""The API's description. ``python -m service.openapi`` prints it, without a database, for the console's types."""

import json
import sys
from importlib import metadata

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import JsonValue, TypeAdapter

from service.errors import PROBLEM, Problem
from service.open311.answers import BASE as GEOREPORT

VERSION = metadata.version("street-warden")
_Document = TypeAdapter(dict[str, JsonValue])
_PROBLEM_SCHEMAS = frozenset({"#/components/schemas/Problem", "#/components/schemas/CaseConflict"})


def describe(app: FastAPI) -> dict[str, JsonValue]:
    """The OpenAPI document: errors are problem+json, and how to sign in is said once for all routes."""
    document = _Document.validate_python(
        get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes,
                    separate_input_output_schemas=False)
    )  # fmt: skip
    paths = _object(document["paths"])
    for path, operations in paths.items():
        for operation in _object(operations).values():
            if path.startswith(f"{GEOREPORT}/"):
                _object(_object(operation)["responses"]).pop("422", None)  # there it is a 400, which the routes tell of
            _errors_as_problems(_object(operation), is_api=path.startswith("/api/"))
    components = _object(document["components"])
    schemas = _object(components["schemas"])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.setdefault("Problem", _Document.validate_python(Problem.model_json_schema()))
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "streetwarden_session"},
        "key": {"type": "http", "scheme": "bearer", "description": "an API key: swk_…"},
    }
    document["security"] = [{"session": []}, {"key": []}]
    return document


def _errors_as_problems(operation: dict[str, JsonValue], *, is_api: bool) -> None:
    responses = _object(operation["responses"])
    for response in responses.values():
        content = _object(response).get("content")
        if not isinstance(content, dict):
            continue
        schema = _object(_object(content.get("application/json", {})).get("schema", {}))
        reference = schema.get("$ref")
        if reference == "#/components/schemas/HTTPValidationError":
            content["application/json"] = {"schema": {"$ref": "#/components/schemas/Problem"}}
            reference = "#/components/schemas/Problem"
        if reference in _PROBLEM_SCHEMAS:
            content[PROBLEM] = content.pop("application/json")
    if is_api:
        problem: JsonValue = {"schema": {"$ref": "#/components/schemas/Problem"}}
        responses["default"] = {"description": "Any other error", "content": {PROBLEM: problem}}


def _object(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TypeError(f"the OpenAPI document has {value!r} where an object belongs")
    return value


def main() -> None:
    """Print the document as JSON."""
    from service.app import create_app  # noqa: PLC0415 (app.py imports this module)
    from service.settings import Settings  # noqa: PLC0415

    document = create_app(Settings()).openapi()
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
