"""The services that apps may ask for: one for each kind of violation, under the kind's own code."""

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import KINDS, ViolationKind
from service.errors import ProblemError
from service.open311.schemas import Service
from service.standards.workflow import standard_of

GROUP = ("市容秩序", "Street order")


def in_english(request: Request) -> bool:
    """Whether an app asks for English names; the office's own language is Chinese."""
    return request.headers.get("accept-language", "").strip().lower().startswith("en")


def kind_of(service_code: str) -> ViolationKind:
    """The kind of violation that a service is about.

    Raises:
        ProblemError: 404 that names the services that there are.
    """
    try:
        return ViolationKind(service_code)
    except ValueError as error:
        codes = ", ".join(ViolationKind)
        raise ProblemError(
            404, f"service_code: there is no service {service_code!r}; there are {codes}.", kind="not-found"
        ) from error


def service_name(kind: ViolationKind, *, english: bool) -> str:
    """What people call a service."""
    return KINDS[kind].english if english else KINDS[kind].chinese


async def list_services(session: AsyncSession, *, english: bool) -> list[Service]:
    """All services; each is described by the condition under which a case of its kind is filed (立案条件)."""
    return [
        Service(
            service_code=kind,
            service_name=service_name(kind, english=english),
            description=(await standard_of(session, kind)).filing,
            metadata=False,
            type="realtime",
            keywords=f"{entry.chinese}, {entry.english}",
            group=GROUP[1] if english else GROUP[0],
        )
        for kind, entry in KINDS.items()
    ]
