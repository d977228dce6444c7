"""Routes for signing in and out."""

from fastapi import APIRouter, Request, Response

from service.dependencies import Asker, ClientAddress, OfficeDep
from service.errors import problems
from service.office import Office
from service.second_factors.workflow import has_second_factor
from service.security import Role
from service.sessions import workflow
from service.sessions.cookies import COOKIE, csrf_token, remove_cookie, set_cookie
from service.sessions.schemas import OpenSessions, PasswordChange, Session, SignIn
from service.users.models import UserRow
from service.users.schemas import User
from service.users.workflow import load_user

router = APIRouter(prefix="/session", tags=["session"])


@router.post("", responses=problems(401, 403, 422, 429))
async def sign_in(
    request: Request, response: Response, body: SignIn, office: OfficeDep, address: ClientAddress
) -> Session:
    """Sign in: sets the session cookie and answers the token for unsafe requests."""
    agent = request.headers.get("user-agent", "")
    user, token = await workflow.sign_in(office, body.username, body.password, body.code, address, agent)
    set_cookie(response, token, secure=office.settings.secure_cookies == "always" or request.url.scheme == "https")
    return await _session(office, user, token)


@router.get("", responses=problems(401))
async def get_session(request: Request, asker: Asker, office: OfficeDep) -> Session:
    """Who is signed in."""
    async with office.database.reading() as session:
        user = await load_user(session, asker.id)
    return await _session(office, user, request.cookies[COOKIE])


@router.get("/all", responses=problems(401))
async def list_sessions(asker: Asker, office: OfficeDep) -> OpenSessions:
    """Where one is signed in."""
    async with office.database.reading() as session:
        return await workflow.list_sessions(session, asker)


@router.delete("/all", status_code=204, responses=problems(401, 403))
async def sign_out_everywhere(response: Response, asker: Asker, office: OfficeDep) -> None:
    """Sign out everywhere: all of one's sessions end, this one too."""
    await workflow.sign_out_everywhere(office, asker)
    remove_cookie(response)


@router.delete("", status_code=204, responses=problems(401, 403))
async def sign_out(response: Response, asker: Asker, office: OfficeDep) -> None:
    """Sign out: the session ends on the server."""
    await workflow.sign_out(office, asker)
    remove_cookie(response)


@router.post("/password", status_code=204, responses=problems(401, 403, 422, 429))
async def change_password(body: PasswordChange, asker: Asker, office: OfficeDep, address: ClientAddress) -> None:
    """Change one's own password: all other sessions of the person end."""
    await workflow.change_password(office, asker, body.current, body.new, address)


async def _session(office: Office, user: UserRow, token: str) -> Session:
    async with office.database.reading() as session:
        has_one = await has_second_factor(session, user.id)
    needed = office.settings.administrator_second_factor == "required" and user.role == Role.ADMINISTRATOR
    return Session(
        user=User.model_validate(user),
        csrf_token=csrf_token(token),
        timezone=office.settings.timezone,
        second_factor=has_one,
        second_factor_missing=needed and not has_one,
    )
