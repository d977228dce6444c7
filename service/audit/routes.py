"""Routes for the audit: what was done, by whom, and how to check that it is unaltered."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from service.audit import reading
from service.audit.schemas import AnchorPage, AuditPage, PublicKeys
from service.dependencies import OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit

router = APIRouter(prefix="/audit", tags=["audit"])

Word = Annotated[str | None, Query(max_length=100)]


@router.get("", responses=problems(401, 403, 422))
async def list_audit(
    office: OfficeDep,
    subject_type: Word = None,
    subject_id: Word = None,
    actor: Word = None,
    action: Word = None,
    since: Annotated[AwareDatetime | None, Query(description="done at this time or later")] = None,
    until: Annotated[AwareDatetime | None, Query(description="done before this time")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditPage:
    """What was done, newest first. Who looked at originals: subject type ``original``, action ``look``."""
    wanted = reading.AuditFilter(subject_type, subject_id, actor, action, since, until)
    async with office.database.reading() as session:
        return await reading.list_audit(session, wanted, limit, cursor)


@router.get("/anchors", responses=problems(401, 403, 422))
async def list_anchors(office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> AnchorPage:
    """Signed ends of the chain, newest first. Keep copies elsewhere: they prove that it was not written anew."""
    async with office.database.reading() as session:
        return await reading.list_anchors(session, limit, cursor)


@router.get("/keys")
async def list_signing_keys(office: OfficeDep) -> PublicKeys:
    """The public keys that anchors and evidence packages are checked with; anybody may have them."""
    return await asyncio.to_thread(reading.list_keys, office.settings)
