"""Errors as problem+json (RFC 9457): every error that the API answers has this one form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, JsonValue, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from service.open311.answers import BASE as GEOREPORT
from service.open311.answers import error_answer

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"


class FieldFault(BaseModel):
    """One field of the request that cannot be accepted."""

    field: str = Field(description="dotted path of the field, for example zones.0.polygon")
    message: str


class Problem(BaseModel):
    """An error, after RFC 9457."""

    type: str = Field(description="URN that names the kind of problem; about:blank where the status says all")
    title: str
    status: int
    detail: str = Field(description="what is wrong here, and what to do")
    request_id: str = Field(description="names this request in the log")
    errors: list[FieldFault] | None = Field(None, description="for invalid input: each field at fault")


class ProblemError(HTTPException):
    """Raise this to answer a request with a problem.

    Args:
        status: HTTP status.
        detail: one line that says what is wrong and what to do.
        kind: last part of the problem's type, for example ``version-conflict``; programs switch on it.
        errors: fields at fault.
        extra: further members of the problem, such as ``current``.
        headers: further headers, such as ``Retry-After``.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[FieldFault] = (),
        extra: Mapping[str, JsonValue] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status_code=status, detail=detail, headers=headers)
        self.kind = kind
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


def invalid(field: str, message: str) -> ProblemError:
    """A 422 that names one field."""
    return ProblemError(
        422, f"{field}: {message}", kind="invalid-input", errors=[FieldFault(field=field, message=message)]
    )


def invalid_fields(error: ValidationError, prefix: str = "") -> ProblemError:
    """A 422 that names each field that pydantic found at fault; ``prefix`` stands before their names."""
    errors = [FieldFault(field=f"{prefix}{fault.field}", message=fault.message) for fault in faults(error.errors())]
    detail = "; ".join(f"{fault.field}: {fault.message}" for fault in errors)
    return ProblemError(422, detail, kind="invalid-input", errors=errors)


def not_found(what: str) -> ProblemError:
    """A 404 that says what is not there."""
    return ProblemError(404, f"There is no such {what}.", kind="not-found")


def disk_full(detail: str) -> ProblemError:
    """A 507: nothing was stored, and the sender should keep what it has and try again later."""
    return ProblemError(507, detail, kind="disk-full", headers={"Retry-After": "60"})


def put_off(reason: str, kind: str) -> ProblemError:
    """A 503: the sender should keep what it has and try again soon."""
    return ProblemError(
        503, f"{reason} Keep what you have and try again in some seconds.", kind=kind, headers={"Retry-After": "5"}
    )


def problem_response(error: ProblemError, request_id: str) -> Response:
    """The response that tells a problem."""
    body: dict[str, JsonValue] = {
        "type": f"urn:streetwarden:{error.kind}" if error.kind else "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": error.detail,
        "request_id": request_id,
    }
    if error.errors:
        body["errors"] = [fault.model_dump() for fault in error.errors]
    return JSONResponse(body | error.extra, error.status_code, error.headers, media_type=PROBLEM)


def respond(error: ProblemError, scope: Scope) -> Response:
    """The response that tells an error: a problem, but for GeoReport v2, whose specification has a form of its own."""
    if scope["path"].startswith(f"{GEOREPORT}/"):
        return error_answer(error.status_code, str(error.detail), scope["path"], error.headers)
    return problem_response(error, str(scope.get("request_id", "")))


def ensure_kept(deleted_at: datetime | None) -> None:
    """That retention has not deleted a file.

    Raises:
        ProblemError: 410 that says when it did.
    """
    if deleted_at is not None:
        raise ProblemError(410, f"Retention deleted the file on {deleted_at:%Y-%m-%d}.", kind="deleted")


def request_id(request: Request) -> str:
    """The identifier that the middleware gave this request."""
    return str(request.scope.get("request_id", ""))


def faults(errors: Sequence[Mapping[str, object]]) -> list[FieldFault]:
    """Pydantic's errors as fields at fault; the leading ``body``, ``query`` or ``path`` is left out."""
    found = []
    for error in errors:
        location = error["loc"]
        parts = [str(part) for part in location] if isinstance(location, tuple | list) else []
        if len(parts) > 1 and parts[0] in ("body", "query", "path", "header"):
            parts = parts[1:]
        message = str(error["msg"]).removeprefix("Value error, ")
        found.append(FieldFault(field=".".join(parts), message=message))
    return found


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(ProblemError)
    async def _problem(request: Request, error: ProblemError) -> Response:
        return respond(error, request.scope)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        detail = str(error.detail)
        if error.status_code == 404 and detail == "Not Found":
            detail = f"There is nothing at {request.url.path}."
        if error.status_code == 405:
            detail = f"{request.method} is not possible at {request.url.path}."
        return respond(ProblemError(error.status_code, detail, headers=error.headers), request.scope)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        errors = faults(error.errors())
        detail = "; ".join(f"{fault.field}: {fault.message}" for fault in errors)
        return respond(ProblemError(422, detail, kind="invalid-input", errors=errors), request.scope)


def problems(*statuses: int, conflict: type[Problem] | None = None) -> dict[int | str, dict[str, object]]:
    """The error answers of a route, for its description; ``conflict`` is the model of a 409."""
    described: dict[int | str, dict[str, object]] = {
        status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses
    }
    if conflict is not None:
        described[409] = {"model": conflict, "description": HTTPStatus(409).phrase}
    return described
