"""The keys of apps: the specification's ``api_key`` is one of the office's API keys."""

from collections.abc import Mapping

from fastapi import Request

from service.errors import ProblemError
from service.office import Office, office_of
from service.security import ACCESS, Principal


async def authorise_app(request: Request) -> Principal | None:
    """The app that sends a key with the request, in the query or the header ``Authorization``; none without a key.

    A key in a form is looked at by `the_app` when the form is read. Sessions of people do not count here.

    Raises:
        ProblemError: 403 where the key is none, or does not open this route, or where the route has no rule.
    """
    rule = ACCESS.get(request.scope["route"].name)
    if rule is None:
        raise ProblemError(403, f"Nobody may use {request.url.path}: it has no rule in service.security.ACCESS.")
    key = _sent_key(request)
    if key is None:
        return None
    principal = await (await office_of(request)).keys.principal(key)
    if principal is None or not (rule.public or rule.allows(principal)):
        raise _wrong_key()
    return principal


async def the_app(office: Office, route: str, known: Principal | None, fields: Mapping[str, str]) -> Principal:
    """The app that files: known by its request, else by the form's ``api_key``.

    Raises:
        ProblemError: 403 where there is no key, or it may not file.
    """
    if known is not None:
        return known
    principal = await office.keys.principal(fields.get("api_key", ""))
    if principal is None or not ACCESS[route].allows(principal):
        raise _wrong_key()
    return principal


def _sent_key(request: Request) -> str | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return request.query_params.get("api_key") or None


def _wrong_key() -> ProblemError:
    return ProblemError(
        403,
        "api_key is missing or invalid: send one with the scope open311:write; in a form, before the photo.",
        kind="not-allowed",
    )
