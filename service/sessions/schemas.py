"""Signing in, as the API says it."""

from pydantic import BaseModel, ConfigDict, Field

from service.clock import UtcTime
from service.users.schemas import Password, User


class SignIn(BaseModel):
    """A name and the password for it."""

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)
    code: str | None = Field(None, max_length=32, description="of the authenticator app, or a recovery code")


class OpenSession(BaseModel):
    """One of the asker's sessions."""

    model_config = ConfigDict(from_attributes=True)

    created_at: UtcTime
    seen_at: UtcTime
    expires_at: UtcTime
    address: str
    agent: str
    current: bool = Field(description="whether it is the one that asks")


class OpenSessions(BaseModel):
    """Where the asker is signed in, the newest first."""

    items: list[OpenSession]


class Session(BaseModel):
    """Who is signed in, and the token that unsafe requests must carry in ``X-CSRF-Token``."""

    user: User
    csrf_token: str
    timezone: str = Field(description="the district's zone, in which times are shown and days begin")
    second_factor: bool = Field(description="whether sign-in asks the person for a code")
    second_factor_missing: bool = Field(description="the person can do nothing here before adding a second factor")


class PasswordChange(BaseModel):
    """The present password and the one that replaces it."""

    current: str = Field(min_length=1, max_length=256)
    new: Password
