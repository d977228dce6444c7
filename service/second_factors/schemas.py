"""Second factors, as the API says them."""

from pydantic import BaseModel, ConfigDict, Field


class Enrolment(BaseModel):
    """A secret for an authenticator app; shown this once, and not used before a code of it was sent back."""

    secret: str = Field(description="base32, to type in")
    uri: str = Field(description="otpauth URI, to show as a QR code")


class OwnPassword(BaseModel):
    """The asker's password, for steps that a forgotten open console must not allow."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=1, max_length=256)


class Code(BaseModel):
    """A code of the authenticator app."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=6, max_length=32)


class RecoveryCodes(BaseModel):
    """Codes for when the authenticator app is lost, each good once; shown this once."""

    codes: list[str]
