"""Ways to sign in, as the API says them."""

from pydantic import BaseModel, Field


class SignInMethods(BaseModel):
    """How people may sign in here."""

    password: bool
    sign_on: str | None = Field(description="name of the identity provider; null where there is none")
