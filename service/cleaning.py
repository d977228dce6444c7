"""Dropping what nobody needs any more: old notices, mails and messages of webhooks."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from service.database import Database
from service.notices.models import MailRow, NoticeRow
from service.webhooks.models import WebhookDeliveryRow


async def drop_old_messages(database: Database, now: datetime, days: int) -> None:
    """Drop what is older than so many days, whatever became of it."""
    since = now - timedelta(days=days)
    async with database.transaction() as session:
        # Notices name the mails that they went into, and are never younger than those.
        await session.execute(delete(NoticeRow).where(NoticeRow.created_at < since))
        await session.execute(delete(MailRow).where(MailRow.created_at < since))
        await session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.created_at < since))
