"""Routes for one's own notices and how one gets them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.notices import choosing, workflow
from service.notices.schemas import (
    EmailCode,
    NewEmail,
    Notice,
    NoticePage,
    NoticeSettings,
    NoticeSettingsChange,
    Unread,
)
from service.paging import Cursor, Limit

router = APIRouter(prefix="/notices", tags=["notices"])
settings_router = APIRouter(prefix="/notice-settings", tags=["notices"])


@router.get("", responses=problems(401, 403, 422))
async def list_notices(
    asker: Asker,
    office: OfficeDep,
    unread: Annotated[bool, Query(description="only those that wait to be read")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> NoticePage:
    """One's own notices, newest first."""
    async with office.database.reading() as session:
        return await workflow.list_notices(session, office, asker, unread=unread, limit=limit, cursor=cursor)


@router.get("/unread", responses=problems(401, 403))
async def count_unread_notices(asker: Asker, office: OfficeDep) -> Unread:
    """How many of one's notices wait to be read."""
    async with office.database.reading() as session:
        return await workflow.count_unread(session, asker)


@router.post("/read", responses=problems(401, 403))
async def read_notices(asker: Asker, office: OfficeDep) -> Unread:
    """Mark all as read. What has been read is not mailed any more."""
    return await workflow.read_notices(office, asker)


@router.post("/{notice_id}/read", responses=problems(401, 403, 404))
async def read_notice(notice_id: UUID, asker: Asker, office: OfficeDep) -> Notice:
    """Mark one as read."""
    return await workflow.read_notice(office, asker, notice_id)


@settings_router.get("", responses=problems(401, 403))
async def get_notice_settings(asker: Asker, office: OfficeDep) -> NoticeSettings:
    """How one is told of what."""
    async with office.database.reading() as session:
        return await choosing.get_settings(session, office, asker)


@settings_router.put("", responses=problems(401, 403, 422))
async def replace_notice_settings(body: NoticeSettingsChange, asker: Asker, office: OfficeDep) -> NoticeSettings:
    """Choose how one is told of what: in the console, by mail at once, with the next digest."""
    return await choosing.replace_settings(office, asker, body)


@settings_router.post("/email", responses=problems(401, 403, 409, 422, 429, 503))
async def begin_notice_email(body: NewEmail, asker: Asker, office: OfficeDep) -> NoticeSettings:
    """Name the address for mails: a code of six digits goes there, good for 15 minutes."""
    return await choosing.begin_email(office, asker, body.email)


@settings_router.post("/email/confirm", responses=problems(401, 403, 409, 422))
async def confirm_notice_email(body: EmailCode, asker: Asker, office: OfficeDep) -> NoticeSettings:
    """Tell the code: mails go to the address from now on."""
    return await choosing.confirm_email(office, asker, body.code)


@settings_router.delete("/email", status_code=204, responses=problems(401, 403))
async def remove_notice_email(asker: Asker, office: OfficeDep) -> None:
    """Get no mails any more."""
    await choosing.remove_email(office, asker)
