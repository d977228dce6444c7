"""Webhooks, as the API says them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.clock import UtcTime
from service.paging import Page

WebhookEvent = Literal["case.created", "case.updated", "photo.updated", "camera.status", "camera.gap", "alert"]
DeliveryState = Literal["waiting", "sent", "dead"]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Events = Annotated[list[WebhookEvent], Field(min_length=1, max_length=6, description="what the receiver is told of")]


class Webhook(BaseModel):
    """An address of another program that is told of events."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    url: str
    events: list[WebhookEvent]
    active: bool
    created_at: UtcTime
    waiting: int = Field(description="messages that wait to be sent")
    dead: int = Field(description="messages that were given up")


class Webhooks(BaseModel):
    """All webhooks, oldest first."""

    items: list[Webhook]


class WebhookCreate(BaseModel):
    """A new webhook."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    url: Url
    events: Events


class WebhookCreated(Webhook):
    """A webhook just made, with the secret that its messages are signed with and that is shown this once."""

    secret: str


class WebhookUpdate(BaseModel):
    """What changes about a webhook; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    events: Events | None = None
    active: bool | None = Field(None, description="what happens while it is off is never sent")


class Attempt(BaseModel):
    """One try to send a message."""

    at: UtcTime
    status: int | None = Field(description="of the receiver's answer; null where there was none")
    error: str
    milliseconds: int


class Delivery(BaseModel):
    """One message to one webhook."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="the header webhook-id, the same at every try")
    webhook_id: UUID
    event: str
    state: DeliveryState
    tries: int
    created_at: UtcTime
    next_try_at: UtcTime | None = Field(description="null once it was sent or given up")
    finished_at: UtcTime | None
    error: str
    attempts: list[Attempt]
    payload: str


class DeliveryPage(Page[Delivery]):
    """One page of deliveries."""


class Requeued(BaseModel):
    """How many messages wait again."""

    requeued: int
