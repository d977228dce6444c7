"""Routes of GeoReport v2 under ``/open311/v2``, and the one by which the office reads a report."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ValidationError

from service.dependencies import Asker, OfficeDep
from service.errors import invalid_fields, problems
from service.null_characters import refuse_null_characters
from service.open311 import filing, following, services
from service.open311.answers import BASE, answer
from service.open311.discovery import discovery
from service.open311.keys import authorise_app
from service.open311.schemas import (
    AnswerForm,
    Discovery,
    Filed,
    GeoReportError,
    Report,
    RequestFilter,
    Service,
    ServiceDefinition,
    ServiceRequest,
    TokenAnswer,
)
from service.security import Principal


async def ensure_jurisdiction(
    office: OfficeDep,
    jurisdiction_id: Annotated[str | None, Query(description="may be left out: the office serves one")] = None,
) -> None:
    """That an app means this office."""
    filing.ensure_jurisdiction(office, jurisdiction_id)


App = Annotated[Principal | None, Depends(authorise_app)]
router = APIRouter(
    prefix=BASE,
    tags=["open311"],
    dependencies=[Depends(refuse_null_characters), Depends(ensure_jurisdiction)],
    default_response_class=Response,
)
office_router = APIRouter(prefix="/service-requests", tags=["open311"])

_FIELDS: dict[str, dict[str, object]] = {
    "api_key": {"type": "string", "description": "a key with the scope open311:write, before the photo"},
    "jurisdiction_id": {"type": "string"},
    "service_code": {"type": "string"},
    "lat": {"type": "number", "minimum": -90, "maximum": 90},
    "long": {"type": "number", "minimum": -180, "maximum": 180},
    "address_string": {"type": "string", "maxLength": 500},
    "address_id": {"type": "string", "maxLength": 100},
    "description": {"type": "string", "maxLength": 4000},
    "media_url": {"type": "string", "maxLength": 2000, "description": "kept as text; the office fetches nothing"},
    "first_name": {"type": "string", "maxLength": 100},
    "last_name": {"type": "string", "maxLength": 100},
    "email": {"type": "string", "maxLength": 254},
    "phone": {"type": "string", "maxLength": 50},
    "account_id": {"type": "string", "maxLength": 200},
    "device_id": {"type": "string", "maxLength": 200},
}
_MEDIA: dict[str, object] = {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP or HEIC"}
FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            name: {"schema": {"type": "object", "required": ["service_code"], "properties": _FIELDS | more}}
            for name, more in ((filing.URLENCODED, {}), ("multipart/form-data", {"media": _MEDIA}))
        },
    }
}


def _answers(model: Any, *statuses: int) -> dict[int | str, dict[str, Any]]:  # noqa: ANN401 (list[X] is no type)
    """The answers of a route for its description: JSON as modelled, XML by the Spark convention."""
    said: dict[int | str, dict[str, Any]] = {200: {"model": model, "content": {"text/xml": {}}}}
    errors = {"model": list[GeoReportError], "content": {"text/xml": {}}}
    return said | {status: {**errors, "description": what} for status, what in _WRONG.items() if status in statuses}


_WRONG = {400: "what is wrong", 403: "the key is missing or wrong", 404: "there is no such thing"}


@router.get("/discovery.{form}", responses=_answers(Discovery, 400, 404))
async def discover(form: AnswerForm, request: Request, office: OfficeDep, _app: App) -> Response:
    """What is spoken here, and how to get a key."""
    return answer("discovery", discovery(office.settings, str(request.base_url)), form)


@router.get("/services.{form}", responses=_answers(list[Service], 400, 403, 404))
async def list_services(form: AnswerForm, request: Request, office: OfficeDep, _app: App) -> Response:
    """What may be reported; names are English where Accept-Language begins with it."""
    async with office.database.reading() as session:
        return answer("services", await services.list_services(session, english=services.in_english(request)), form)


@router.get("/services/{service_code}.{form}", responses=_answers(ServiceDefinition, 400, 403, 404))
async def get_service_definition(service_code: str, form: AnswerForm, _app: App) -> Response:
    """What a service asks beyond the usual fields: nothing."""
    definition = ServiceDefinition(service_code=services.kind_of(service_code), attributes=[])
    return answer("service_definition", definition, form)


@router.post("/requests.{form}", openapi_extra=FORM, responses=_answers(list[Filed], 400, 403, 404))
async def file_service_request(
    form: AnswerForm,
    request: Request,
    office: OfficeDep,
    app: App,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="the same key again gives the same request")
    ] = None,
) -> Response:
    """File a report, best with a photo in the part ``media``."""
    return answer("service_requests", [await filing.file_request(office, app, request, idempotency_key)], form)


@router.get("/requests.{form}", responses=_answers(list[ServiceRequest], 400, 403, 404))
async def list_service_requests(
    form: AnswerForm,
    request: Request,
    office: OfficeDep,
    app: App,
    service_request_id: Annotated[list[str] | None, Query(description="these; overrides all else")] = None,
    service_code: Annotated[list[str] | None, Query(description="comma-delimited")] = None,
    start_date: Annotated[str | None, Query(description="ISO 8601 with an offset; 90 days at most")] = None,
    end_date: Annotated[str | None, Query(description="ISO 8601 with an offset")] = None,
    status: Annotated[list[str] | None, Query(description="open, closed")] = None,
) -> Response:
    """Reports and what became of them, newest first: of the last 90 days, 1000 at most."""
    try:
        wanted = RequestFilter.model_validate(
            {
                "service_request_id": service_request_id,
                "service_code": service_code,
                "start_date": start_date,
                "end_date": end_date,
                "status": status,
            }
        )
    except ValidationError as error:
        raise invalid_fields(error) from error
    async with office.database.reading() as session:
        found = await following.list_requests(session, app, wanted, english=services.in_english(request))
    return answer("service_requests", found, form)


@router.get("/requests/{service_request_id}.{form}", responses=_answers(list[ServiceRequest], 400, 403, 404))
async def get_service_request(
    service_request_id: str, form: AnswerForm, request: Request, office: OfficeDep, app: App
) -> Response:
    """One report and what became of it."""
    async with office.database.reading() as session:
        found: list[BaseModel] = [
            *await following.get_request(session, app, service_request_id, english=services.in_english(request))
        ]
    return answer("service_requests", found, form)


@router.get("/tokens/{token}.{form}", responses=_answers(list[TokenAnswer], 400, 403, 404))
async def get_request_of_token(token: str, form: AnswerForm, office: OfficeDep, _app: App) -> Response:
    """The request of a token; here each request is its own."""
    async with office.database.reading() as session:
        return answer("service_requests", await following.get_token(session, token), form)


@office_router.get("/{request_id}", responses=problems(401, 403, 404))
async def get_report(request_id: UUID, asker: Asker, office: OfficeDep) -> Report:
    """What somebody reported through an app and who it was; that look is taken down in the audit."""
    return await following.get_report(office, asker, request_id)
