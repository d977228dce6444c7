"""Signing in, as the API says it."""

from pydantic import BaseModel, Field

from service.users.schemas import Password, User


class SignIn(BaseModel):
    """A name and the password for it."""

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)


class Session(BaseModel):
    """Who is signed in, and the token that unsafe requests must carry in ``X-CSRF-Token``."""

    user: User
    csrf_token: str


class PasswordChange(BaseModel):
    """The present password and the one that replaces it."""

    current: str = Field(min_length=1, max_length=256)
    new: Password
