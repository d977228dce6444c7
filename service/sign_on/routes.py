"""Routes for signing in through the district's identity provider."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.dependencies import ClientAddress, OfficeDep
from service.errors import ProblemError, problems
from service.sessions.cookies import set_cookie
from service.sign_on import workflow
from service.sign_on.schemas import SignInMethods

router = APIRouter(prefix="/sign-on", tags=["session"])

STATE = "streetwarden_sign_on"
_PATH = "/api/v1/sign-on"
_SENT: dict[int | str, dict[str, object]] = {303: {"description": "to the provider, or back to the console"}}


@router.get("/methods")
async def list_sign_in_methods(office: OfficeDep) -> SignInMethods:
    """How people may sign in here."""
    name = office.settings.oidc_name if office.settings.oidc_issuer is not None else None
    return SignInMethods(password=True, sign_on=name)


@router.get("", response_class=Response, status_code=303, responses=_SENT | problems(404, 502))
async def begin_sign_on(request: Request, office: OfficeDep) -> Response:
    """Send the browser to the identity provider."""
    url, state = await workflow.begin(office)
    answer = RedirectResponse(url, status_code=303)
    secure = office.settings.secure_cookies == "always" or request.url.scheme == "https"
    age = round(workflow.TIME.total_seconds())
    answer.set_cookie(STATE, state, max_age=age, httponly=True, samesite="lax", secure=secure, path=_PATH)
    return answer


@router.get("/callback", response_class=Response, status_code=303, responses=_SENT | problems(400, 403, 404, 422, 502))
async def finish_sign_on(
    request: Request,
    office: OfficeDep,
    address: ClientAddress,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str | None, Query(max_length=4000)] = None,
    error: Annotated[str | None, Query(max_length=200, description="why the provider refused")] = None,
    kept: Annotated[str | None, Cookie(alias=STATE)] = None,
) -> Response:
    """Where the provider sends the browser back: sets the session cookie."""
    if code is None:
        workflow.provider_of(office.settings)
        raise ProblemError(400, f"The identity provider refused: {error or 'it gave no code'}.", kind="sign-on")
    agent = request.headers.get("user-agent", "")
    token = await workflow.finish(office, state, kept, code, address, agent)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(STATE, path=_PATH)
    set_cookie(answer, token, secure=office.settings.secure_cookies == "always" or request.url.scheme == "https")
    return answer
