"""Asking somebody who is signed in for the password again, before what a stranger at their desk must not do."""

from service.errors import invalid
from service.office import Office
from service.security import Principal
from service.sessions import throttle
from service.users.models import UserRow


async def check_own_password(office: Office, asker: Principal, field: str, password: str, address: str) -> UserRow:
    """The asker, where the password is theirs. The try is counted; who goes on forgets it (`throttle.forget`).

    Raises:
        ProblemError: 422 that names the field where it is wrong, 429 where it was wrong too often.
    """
    async with office.database.reading() as session:
        user = await session.get_one(UserRow, asker.id)
    await throttle.count_try(office.database, office.settings, user.username, address)
    fits, _ = await office.passwords.verify(password, user.password_hash)
    if not fits:
        raise invalid(field, "is not your password")
    return user
