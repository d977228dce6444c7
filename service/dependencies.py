"""What routes ask for: the office's parts, and the principal that sends the request."""

from typing import Annotated

from fastapi import Depends, Request

from service.authentication import authorise
from service.errors import ProblemError
from service.office import Office, office_of
from service.security import Principal

OfficeDep = Annotated[Office, Depends(office_of)]


async def _known(principal: Annotated[Principal | None, Depends(authorise)]) -> Principal:
    if principal is None:
        raise ProblemError(401, "Sign in first.", kind="not-signed-in")
    return principal


Asker = Annotated[Principal, Depends(_known)]
"""The person or program that asks; the route's rule in `service.security.ACCESS` has let it in."""


async def client_address(request: Request) -> str:
    """The address that the request came from; behind a proxy the one that uvicorn trusts."""
    return request.client.host if request.client else "unknown"


ClientAddress = Annotated[str, Depends(client_address)]
