"""Routes for signing in and out."""

from fastapi import APIRouter, Request, Response

from service.dependencies import Asker, ClientAddress, OfficeDep
from service.errors import problems
from service.sessions import workflow
from service.sessions.cookies import COOKIE, csrf_token, remove_cookie, set_cookie
from service.sessions.schemas import PasswordChange, Session, SignIn
from service.users.schemas import User
from service.users.workflow import load_user

router = APIRouter(prefix="/session", tags=["session"])


@router.post("", responses=problems(401, 403, 422, 429))
async def sign_in(
    request: Request, response: Response, body: SignIn, office: OfficeDep, address: ClientAddress
) -> Session:
    """Sign in: sets the session cookie and answers the token for unsafe requests."""
    agent = request.headers.get("user-agent", "")
    user, token = await workflow.sign_in(office, body.username, body.password, address, agent)
    set_cookie(response, token, secure=office.settings.secure_cookies == "always" or request.url.scheme == "https")
    return Session(user=User.model_validate(user), csrf_token=csrf_token(token))


@router.get("", responses=problems(401))
async def get_session(request: Request, asker: Asker, office: OfficeDep) -> Session:
    """Who is signed in."""
    async with office.database.reading() as session:
        user = await load_user(session, asker.id)
    return Session(user=User.model_validate(user), csrf_token=csrf_token(request.cookies[COOKIE]))


@router.delete("", status_code=204, responses=problems(401, 403))
async def sign_out(response: Response, asker: Asker, office: OfficeDep) -> None:
    """Sign out: the session ends on the server."""
    await workflow.sign_out(office, asker)
    remove_cookie(response)


@router.post("/password", status_code=204, responses=problems(401, 403, 422, 429))
async def change_password(body: PasswordChange, asker: Asker, office: OfficeDep, address: ClientAddress) -> None:
    """Change one's own password: all other sessions of the person end."""
    await workflow.change_password(office, asker, body.current, body.new, address)
