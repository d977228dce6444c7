"""What GeoReport v2 says, field by field as the specification names them, and what the office sees of a report."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from service.cameras.schemas import Latitude, Longitude
from service.clock import UtcTime
from service.photos.intake import blank_as_none

AnswerForm = Literal["json", "xml"]
RequestState = Literal["open", "closed"]
REQUESTS_AT_ONCE = 1000
"""As many requests one answer holds at most; the specification's limit."""


def _listed(texts: object) -> object:
    """Comma-delimited lists, several of them if need be, as one; empty parts are none."""
    if not isinstance(texts, list):
        return [] if texts is None else texts
    return [part.strip() for text in texts for part in str(text).split(",") if part.strip()]


def _stripped(text: str) -> str:
    return text.strip()


Listed = Annotated[list[str], BeforeValidator(_listed), Field(max_length=REQUESTS_AT_ONCE)]
Moment = Annotated[AwareDatetime | None, BeforeValidator(blank_as_none)]


class Service(BaseModel):
    """One thing that may be reported."""

    service_code: str
    service_name: str
    description: str
    metadata: bool = Field(description="whether the service definition names fields to fill in")
    type: Literal["realtime"]
    keywords: str
    group: str


class ServiceDefinition(BaseModel):
    """What an app asks beyond the usual fields: nothing."""

    service_code: str
    attributes: list[str] = Field(max_length=0)


class Endpoint(BaseModel):
    """Where an interface is spoken."""

    specification: str
    url: str
    changeset: str
    type: Literal["production", "test"]
    formats: list[str]


class Discovery(BaseModel):
    """How to find the interface."""

    changeset: str
    contact: str
    key_service: str
    endpoints: list[Endpoint]


class Filed(BaseModel):
    """A report that was taken in."""

    service_request_id: UUID
    service_notice: str | None
    account_id: None = None


class TokenAnswer(BaseModel):
    """The request that a token stands for."""

    service_request_id: UUID
    token: UUID


class ServiceRequest(BaseModel):
    """A report and what became of it. What the reporter wrote goes to the app that filed it only."""

    service_request_id: UUID
    status: RequestState
    status_notes: str
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: None = None
    requested_datetime: UtcTime
    updated_datetime: UtcTime
    expected_datetime: UtcTime | None
    address: str | None
    address_id: str | None
    zipcode: None = None
    lat: float | None
    long: float | None
    media_url: str | None


class GeoReportError(BaseModel):
    """One thing that is wrong with a request."""

    code: int = Field(description="HTTP's status for it, which may say more than the answer's own")
    description: str


class RequestFilter(BaseModel):
    """Which requests an app wants to see; ``service_request_id`` overrides all else."""

    service_request_id: Listed = []
    service_code: Listed = []
    start_date: Moment = None
    end_date: Moment = None
    status: Annotated[list[RequestState], BeforeValidator(_listed)] = []


class ReporterFields(BaseModel):
    """Who reports; every field may be left out."""

    model_config = ConfigDict(from_attributes=True)

    first_name: str = Field("", max_length=100)
    last_name: str = Field("", max_length=100)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=50)
    account_id: str = Field("", max_length=200)
    device_id: str = Field("", max_length=200)


class Filing(ReporterFields):
    """The fields of a report. Fields that the office has no use for are left out, as the specification allows."""

    service_code: str = Field(min_length=1, max_length=100)
    lat: Annotated[Latitude | None, BeforeValidator(blank_as_none)] = None
    long: Annotated[Longitude | None, BeforeValidator(blank_as_none)] = None
    address_string: Annotated[str, AfterValidator(_stripped)] = Field("", max_length=500)
    address_id: Annotated[str, AfterValidator(_stripped)] = Field("", max_length=100)
    description: str = Field("", max_length=4000)
    media_url: str = Field("", max_length=2000)


class Report(BaseModel):
    """What somebody reported through an app, as the office sees it."""

    id: UUID
    service_code: str
    description: str
    address: str
    address_id: str
    media_url: str = Field(description="as the reporter wrote it: nobody has looked at what is there")
    longitude: float | None
    latitude: float | None
    created_at: UtcTime
    case_id: UUID | None
    reporter: ReporterFields | None = Field(description="null where the app said nothing, or it was deleted since")
