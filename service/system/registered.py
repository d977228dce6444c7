"""Registered models: the registry lies with the engine, so the engine is asked."""

import json
from collections.abc import Mapping
from typing import Final

from service.audit.workflow import Actor, record
from service.cameras import frame_relay
from service.errors import ProblemError
from service.office import Office
from service.security import Principal
from service.system.registered_schemas import RegisteredModels

_SECONDS: Final = 70.0
"""Somewhat longer than the engine gives itself."""


async def list_models(office: Office) -> RegisteredModels:
    """All registered models.

    Raises:
        ProblemError: 503 where the engine cannot be asked, 409 where its registry cannot be read.
    """
    return await _asked(office, "models", {})


async def use_model(office: Office, asker: Principal, name: str) -> RegisteredModels:
    """Make another model the registry's default; refused ones change nothing.

    Raises:
        ProblemError: 503 where the engine cannot be asked, 409 where it refuses the model.
    """
    listed = await _asked(office, "use_model", {"name": name})
    async with office.database.transaction() as session:
        await record(session, Actor.of(asker), "use_model", "model", name)
    return listed


async def _asked(office: Office, errand: str, request: Mapping[str, object]) -> RegisteredModels:
    answer = json.loads(await frame_relay.ask(office.settings.engine_socket, errand, request, _SECONDS))
    if "fault" in answer:
        raise ProblemError(409, answer["fault"], kind="model-refused")
    return RegisteredModels.model_validate(answer)
