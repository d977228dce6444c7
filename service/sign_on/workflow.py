"""Signing in through the district's identity provider."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy import delete, select

from service import clock
from service.errors import ProblemError
from service.office import Office
from service.sessions.cookies import token_hash
from service.sessions.workflow import start_session
from service.settings import Settings
from service.sign_on.models import SignOnRow
from service.sign_on.provider import Provider, ProviderError
from service.users.models import UserRow

log = structlog.get_logger(__name__)

TIME = timedelta(minutes=10)
"""A person may take this long at the provider."""


def provider_of(settings: Settings) -> Provider:
    """The provider that the settings name.

    Raises:
        ProblemError: 404 where they name none.
    """
    if settings.oidc_issuer is None or settings.oidc_redirect is None:
        raise ProblemError(404, "There is no identity provider here: sign in with your password.", kind="not-found")
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_redirect)


async def begin(office: Office) -> tuple[str, str]:
    """Where to send the browser, and the state that it must bring back.

    Raises:
        ProblemError: 404 where there is no provider, 502 where it does not answer.
    """
    provider = provider_of(office.settings)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = await provider.authorization_url(state, nonce, verifier)
    except ProviderError as error:
        raise _unavailable(error) from error
    now = clock.now()
    async with office.database.transaction() as session:
        await session.execute(delete(SignOnRow).where(SignOnRow.expires_at < now))
        session.add(SignOnRow(id=token_hash(state), nonce=nonce, verifier=verifier, expires_at=now + TIME))
    return url, state


async def finish(office: Office, state: str, kept: str | None, code: str, address: str, agent: str) -> str:
    """Start a session for whoever the provider says that the browser belongs to; answers the cookie's token.

    Args:
        office: the office.
        state: what the browser brought back.
        kept: what the same browser was given when it was sent out: nobody can be signed in as somebody else unawares.
        code: the provider's code.
        address: where the request comes from.
        agent: the browser.

    Raises:
        ProblemError: 400 where the sign-in did not begin here, has ended or took too long, 403 where the person has no
            account, 502 where the provider does not answer as it should.
    """
    provider = provider_of(office.settings)
    if kept is None or not secrets.compare_digest(kept.encode(), state.encode()):
        raise ProblemError(400, "This sign-in did not begin in this browser: sign in again.", kind="sign-on-lost")
    async with office.database.transaction() as session:
        row = await session.get(SignOnRow, token_hash(state), with_for_update=True)
        if row is not None:
            await session.delete(row)
    if row is None or row.expires_at <= clock.now():
        raise ProblemError(400, "This sign-in has ended or took too long: sign in again.", kind="sign-on-lost")
    try:
        claims = await provider.claims(code, row.nonce, row.verifier)
    except ProviderError as error:
        raise _unavailable(error) from error
    user = await _person(office, claims)
    async with office.database.transaction() as session:
        return await start_session(session, office.settings, user, address, agent, how="sign_on")


async def _person(office: Office, claims: Mapping[str, object]) -> UserRow:
    claim = office.settings.oidc_claim
    subject = claims.get(claim)
    user = None
    if isinstance(subject, str) and subject:
        async with office.database.reading() as session:
            user = await session.scalar(select(UserRow).where(UserRow.external_id == subject))
    if user is None or not user.active:
        log.warning("nobody here goes with the provider's claim", claim=claim, subject=subject)
        raise ProblemError(
            403, "You have no account here: ask an administrator to enter your external_id.", kind="no-account"
        )
    return user


def _unavailable(error: ProviderError) -> ProblemError:
    log.warning("the identity provider cannot be used", error=str(error))
    return ProblemError(502, "The identity provider does not answer as it should; the log has it.", kind="sign-on")
