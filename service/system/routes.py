"""Routes for the system's state, its catalogue and its health."""

from fastapi import APIRouter, Response

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.system import catalogue, health, registered, workflow
from service.system.registered_schemas import ModelChoice, RegisteredModels
from service.system.schemas import Catalogue, EngineReport, EngineStatus, Health, System

router = APIRouter(tags=["system"])
health_router = APIRouter(tags=["health"])


@router.get("/catalogue")
async def get_catalogue() -> Catalogue:
    """Kinds, dismissal reasons, case states, zone kinds and roles, in Chinese and English."""
    return catalogue.CATALOGUE


@router.get("/system", responses=problems(401))
async def get_system(office: OfficeDep) -> System:
    """How engine and disk fare, and what somebody should look after."""
    return await workflow.get_system(office)


@router.put("/system/engine", responses=problems(401, 403, 422))
async def report_engine(body: EngineReport, office: OfficeDep) -> EngineStatus:
    """The engine's heartbeat."""
    return await workflow.report_engine(office, body)


@router.get("/models", responses=problems(401, 403, 409, 503))
async def list_models(office: OfficeDep) -> RegisteredModels:
    """The engine's registered models, with what was measured of each."""
    return await registered.list_models(office)


@router.put("/models/default", responses=problems(401, 403, 409, 422, 503))
async def use_model(body: ModelChoice, asker: Asker, office: OfficeDep) -> RegisteredModels:
    """Look with another model from now on; the engine swaps without stopping."""
    return await registered.use_model(office, asker, body.name)


@health_router.get("/healthz")
async def get_health() -> Health:
    """The process is alive."""
    return Health(status="ok", checks={})


@health_router.get("/readyz", responses={503: {"model": Health, "description": "something does not answer"}})
async def get_readiness(response: Response, office: OfficeDep) -> Health:
    """Database and storage answer."""
    found = await health.check(office)
    response.status_code = 200 if found.status == "ok" else 503
    return found


@health_router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text"}},
)
async def get_metrics(office: OfficeDep) -> Response:
    """Figures for Prometheus."""
    return await office.metrics.render(office.database)
