"""Who sends a request: the session cookie or the API key, checked against the route's rule before anything else."""

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.requests import HTTPConnection

from service.errors import ProblemError
from service.office import Office, office_of
from service.security import ACCESS, WITHOUT_SECOND_FACTOR, Principal
from service.sessions.cookies import COOKIE, csrf_token
from service.sessions.workflow import principal_of_session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def authorise(request: Request, office: Annotated[Office, Depends(office_of)]) -> Principal | None:
    """The principal of a request, after the route's rule has let it in; none on public routes.

    Raises:
        ProblemError: 401 where nobody known asks, 403 where the rule does not let the asker in, where a session's
            unsafe request lacks its CSRF token, or where the route has no rule.
    """
    route = request.scope["route"]
    rule = ACCESS.get(route.name)
    if rule is None:
        raise ProblemError(403, f"Nobody may use {request.url.path}: it has no rule in service.security.ACCESS.")
    if rule.public:
        # A form on another site must not be able to sign somebody in under another name.
        if request.method not in SAFE_METHODS and request.headers.get("sec-fetch-site") == "cross-site":
            raise ProblemError(403, "This request came from another site.", kind="csrf")
        return None
    principal = await identify(request, office)
    if principal is None:
        raise ProblemError(
            401, "Sign in first, or send an API key.", kind="not-signed-in", headers={"WWW-Authenticate": "Bearer"}
        )
    if not rule.allows(principal):
        raise ProblemError(403, "You may not do this.", kind="not-allowed")
    if principal.second_factor_missing and route.name not in WITHOUT_SECOND_FACTOR:
        raise ProblemError(403, "Add a second factor first: administrators need one.", kind="second-factor-required")
    return principal


async def identify(request: Request, office: Office) -> Principal | None:
    """The principal that a request names, or none where it names nobody that is known."""
    if "authorization" in request.headers:
        return await program_of(request, office)
    token = request.cookies.get(COOKIE)
    if token is None:
        return None
    principal = await principal_of_session(office.database, office.settings, token)
    if principal is not None and request.method not in SAFE_METHODS:
        sent = request.headers.get("x-csrf-token", "")
        if not secrets.compare_digest(sent.encode(), csrf_token(token).encode()):
            raise ProblemError(403, "The header X-CSRF-Token is missing or wrong: load the page again.", kind="csrf")
    return principal


async def program_of(connection: HTTPConnection, office: Office) -> Principal | None:
    """The program whose API key a request or a WebSocket sends along, or none."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    return await office.keys.principal(key.strip()) if scheme.lower() == "bearer" else None


async def still_signed_in(office: Office, principal: Principal, request: Request) -> bool:
    """Whether a long answer to a principal may go on."""
    known = await identify(request, office)
    return known is not None and known.id == principal.id and known.grants == principal.grants
