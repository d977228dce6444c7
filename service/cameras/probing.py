"""Probing: whether an address gives a picture, before a camera is made of it. The engine looks, as it would later."""

from service.audit.workflow import Actor, record
from service.cameras import frame_relay
from service.cameras.schemas import LOOP, Probe, ProbeRequest
from service.cameras.workflow import PUSH, masked
from service.errors import invalid
from service.office import Office
from service.security import Principal

_SECONDS = 35.0
"""Somewhat longer than the engine gives itself."""


async def probe(office: Office, asker: Principal, body: ProbeRequest) -> Probe:
    """Have the engine open an address and take one picture; who asked for what is a row of the audit.

    Raises:
        ProblemError: 422 where there is nothing to open, 503 where the engine cannot do it now.
    """
    if body.source.startswith(PUSH):
        raise invalid("source", "frames are pushed: there is nothing to open")
    shown = masked(body.source)
    async with office.database.transaction() as session:
        await record(session, Actor.of(asker), "probe", "camera", "new", details={"source": shown})
    request = {"source": body.source.removeprefix(LOOP), "loop": body.source.startswith(LOOP)}
    answer = await frame_relay.ask(office.settings.engine_socket, "probe", request, _SECONDS)
    return Probe.model_validate_json(answer)
