"""Routes for webhooks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.webhooks import workflow
from service.webhooks.schemas import (
    Delivery,
    DeliveryPage,
    DeliveryState,
    Requeued,
    Webhook,
    WebhookCreate,
    WebhookCreated,
    Webhooks,
    WebhookUpdate,
)

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.get("", responses=problems(401, 403))
async def list_webhooks(office: OfficeDep) -> Webhooks:
    """Webhooks, oldest first; never their secrets."""
    async with office.database.reading() as session:
        return await workflow.list_webhooks(session)


@router.post("", status_code=201, responses=problems(401, 403, 422))
async def create_webhook(body: WebhookCreate, asker: Asker, office: OfficeDep) -> WebhookCreated:
    """Make a webhook; the secret that its messages are signed with is in this answer and nowhere else."""
    return await workflow.create_webhook(office, asker, body)


@router.get("/deliveries", responses=problems(401, 403, 422))
async def list_webhook_deliveries(
    office: OfficeDep,
    webhook_id: UUID | None = None,
    state: Annotated[DeliveryState | None, Query(description="dead: messages that were given up")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DeliveryPage:
    """What was sent, waits to be sent or was given up; newest first."""
    async with office.database.reading() as session:
        return await workflow.list_deliveries(session, webhook_id, state, limit, cursor)


@router.post("/deliveries/{delivery_id}/redeliver", responses=problems(401, 403, 404, 409))
async def redeliver_message(delivery_id: UUID, asker: Asker, office: OfficeDep) -> Delivery:
    """Send a message again, under the same id."""
    return await workflow.redeliver(office, asker, delivery_id)


@router.patch("/{webhook_id}", responses=problems(401, 403, 404, 422))
async def update_webhook(webhook_id: UUID, body: WebhookUpdate, asker: Asker, office: OfficeDep) -> Webhook:
    """Change a webhook, or switch it on and off."""
    return await workflow.update_webhook(office, asker, webhook_id, body)


@router.delete("/{webhook_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_webhook(webhook_id: UUID, asker: Asker, office: OfficeDep) -> None:
    """Remove a webhook with all its messages."""
    await workflow.delete_webhook(office, asker, webhook_id)


@router.post("/{webhook_id}/test", responses=problems(401, 403, 404))
async def test_webhook(webhook_id: UUID, asker: Asker, office: OfficeDep) -> Delivery:
    """Send a message of the type ``webhook.test`` now; answers how that went."""
    return await workflow.test_webhook(office, asker, webhook_id)


@router.post("/{webhook_id}/redeliver", responses=problems(401, 403, 404))
async def redeliver_dead_messages(webhook_id: UUID, asker: Asker, office: OfficeDep) -> Requeued:
    """Send all messages of a webhook again that were given up."""
    return await workflow.redeliver_dead(office, asker, webhook_id)
