"""The web application: routes, middleware, and what runs beside requests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends, FastAPI

from service import api_pages, console, errors, openapi
from service.api_keys.routes import router as api_keys
from service.areas.routes import router as areas
from service.audit.routes import router as audit
from service.authentication import authorise
from service.calendars.routes import router as calendars
from service.cameras.frame_socket import router as frame_socket
from service.cameras.routes import router as cameras
from service.cases.routes import router as cases
from service.events.routes import router as events
from service.evidence.routes import router as evidence
from service.figures.routes import router as figures
from service.ledgers.routes import router as ledgers
from service.middleware import Compression, RequestEnvelope
from service.notices.routes import router as notices
from service.notices.routes import settings_router as notice_settings
from service.null_characters import refuse_null_characters
from service.office import Office
from service.open311.routes import office_router as reports
from service.open311.routes import router as open311
from service.packages.routes import router as packages
from service.photos.routes import router as photos
from service.presence.routes import router as presence
from service.retention.routes import router as retention
from service.second_factors.routes import router as second_factors
from service.sessions.routes import router as sessions
from service.settings import Settings
from service.sign_on.routes import router as sign_on
from service.standards.routes import router as standards
from service.system import monitor
from service.system.routes import health_router
from service.system.routes import router as system
from service.units.routes import router as units
from service.users.routes import router as users
from service.violations.routes import router as violations
from service.webhooks.routes import router as webhooks

DESCRIPTION = "Finds street disorder in camera frames and photos, and carries each as a case until it is settled."


class StreetWarden(FastAPI):
    """The app, with its own way to describe itself."""

    def openapi(self) -> dict[str, object]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = dict(openapi.describe(self))
        return self.openapi_schema


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with monitor.open_office(app.state.office):
        yield


def create_app(settings: Settings) -> FastAPI:
    """Make the app. `service.bootstrap.prepare` must have prepared the data folder before it is started."""
    app = StreetWarden(
        title="Street Warden",
        version=openapi.VERSION,
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
    )
    app.state.office = Office.open(settings)
    errors.install(app)
    api = APIRouter(prefix="/api/v1", dependencies=[Depends(authorise), Depends(refuse_null_characters)])
    for router in (sessions, users, api_keys, system, cameras, photos, violations, cases, evidence, audit, events):
        api.include_router(router)
    for router in (second_factors, sign_on, units, areas, calendars, standards):
        api.include_router(router)
    for router in (packages, ledgers, figures, retention, presence):
        api.include_router(router)
    for router in (notices, notice_settings, webhooks):
        api.include_router(router)
    api.include_router(reports)
    app.include_router(api)
    app.include_router(frame_socket)
    app.include_router(open311)
    app.include_router(health_router)
    api_pages.install(app)
    console.install(app)
    app.add_middleware(Compression)
    app.add_middleware(RequestEnvelope)
    return app


def stop_streams(app: FastAPI) -> None:
    """Tell event streams and live pictures to end, so that the server need not wait for them."""
    stopping = app.state.office.stopping
    if not isinstance(stopping, asyncio.Event):
        raise TypeError("the app was not made by service.app.create_app")
    stopping.set()
