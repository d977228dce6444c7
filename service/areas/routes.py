"""Routes for areas."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from service.areas import importing, workflow
from service.areas.schemas import Area, AreaCollection, AreaPage, AreaUpdate, Found, Imported
from service.audit.workflow import Actor
from service.cameras.schemas import Latitude, Longitude
from service.changes import Changes
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.uploads import read_body

router = APIRouter(prefix="/areas", tags=["areas"])

GEOJSON = "application/geo+json"
_SCHEMA = {"$ref": "#/components/schemas/AreaCollection"}
FILE: dict[str, object] = {"requestBody": {"required": True, "content": {GEOJSON: {"schema": _SCHEMA}}}}
EXPORTED: dict[int | str, dict[str, object]] = {200: {"model": AreaCollection, "description": "all active areas"}}


@router.get("", responses=problems(401, 403, 422))
async def list_areas(office: OfficeDep, limit: Limit = 50, cursor: Cursor = None) -> AreaPage:
    """Areas by code, without their polygons."""
    async with office.database.reading() as session:
        return await workflow.list_areas(session, limit, cursor)


@router.get("/geojson", response_class=Response, responses=EXPORTED | problems(401, 403))
async def export_areas(office: OfficeDep) -> Response:
    """All active areas with their polygons as GeoJSON, in the form that the import takes."""
    async with office.database.reading() as session:
        return JSONResponse(await workflow.export_areas(session), media_type=GEOJSON)


@router.put("/geojson", openapi_extra=FILE, responses=problems(401, 403, 413, 415, 422))
async def import_areas(request: Request, asker: Asker, office: OfficeDep) -> Imported:
    """Take in areas from GeoJSON: all of the file, or nothing and a list of what is wrong with it."""
    content = await read_body(request, office.settings.areas_limit, (GEOJSON,))
    return await importing.import_areas(office, Actor.of(asker), content)


@router.get("/at", responses=problems(401, 403, 422))
async def find_areas(
    office: OfficeDep, longitude: Annotated[Longitude, Query()], latitude: Annotated[Latitude, Query()]
) -> Found:
    """Which areas hold a point, and which unit answers for which kind there."""
    async with office.database.reading() as session:
        return await workflow.find_at(session, office.areas, longitude, latitude)


@router.patch("/{area_id}", responses=problems(401, 403, 404, 422))
async def update_area(area_id: UUID, body: AreaUpdate, asker: Asker, office: OfficeDep) -> Area:
    """Change name, use or responsible units of an area."""
    return await workflow.update_area(office, asker, area_id, body)


@router.get("/{area_id}/history", responses=problems(401, 403, 404))
async def list_area_changes(area_id: UUID, office: OfficeDep) -> Changes:
    """What was changed about an area."""
    async with office.database.reading() as session:
        return await workflow.area_changes(session, area_id)
