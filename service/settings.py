"""Settings of the office, from arguments and environment variables that start with ``STREETWARDEN_``."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

MEBIBYTE = 1024 * 1024
Network = IPv4Network | IPv6Network
_GUESSED_PASSWORDS = frozenset({"", "changethis", "password", "postgres", "secret", "streetwarden"})


class Settings(BaseSettings):
    """All that differs between a box on a desk, a test and a city.

    Defaults are safe for a box that people reach over its own address; what would weaken sign-in is refused
    unless ``environment`` says that this is a test.
    """

    model_config = SettingsConfigDict(env_prefix="STREETWARDEN_", extra="forbid", frozen=True)

    environment: Literal["production", "demo", "test"] = "production"
    data: Path = Field(Path("data"), description="folder of database, files and sockets")
    database_url: str | None = Field(None, description="SQLAlchemy URL; SQLite in the data folder where none is given")
    files_url: str | None = Field(None, description="where evidence lies, for example s3://bucket/prefix")
    keys: Path | None = Field(None, description="folder of the signing key; keys in the data folder by default")
    timezone: str = Field("Asia/Shanghai", description="the district's zone: case numbers, EXIF times without offset")

    secure_cookies: Literal["auto", "always"] = Field(
        "auto", description="auto: Secure whenever the request came over HTTPS; always: also behind a plain proxy"
    )
    session_idle_minutes: int = Field(12 * 60, ge=5, le=7 * 24 * 60)
    session_days: int = Field(7, ge=1, le=90, description="a session ends after this long, used or not")
    password_memory_kib: int = Field(65_536, ge=8, description="argon2id memory; OWASP asks for 19 MiB at least")
    password_passes: int = Field(3, ge=1)
    sign_in_tries: int = Field(5, ge=1, description="failures of one account from one address before it must wait")
    sign_in_tries_account: int = Field(30, ge=1, description="failures of one account from everywhere")
    sign_in_tries_address: int = Field(60, ge=1, description="failures from one address, all accounts")
    sign_in_wait_seconds: int = Field(300, ge=1, description="how long failures are remembered")

    administrator_second_factor: Literal["optional", "required"] = Field(
        "optional", description="required: an administrator without one can do nothing but add it"
    )
    oidc_issuer: str | None = Field(None, description="URL of the district's OpenID Connect provider")
    oidc_name: str = Field("统一身份认证", max_length=40, description="what people call the provider")
    oidc_client_id: str = Field("", description="this office at the provider")
    oidc_client_secret: str = Field("", repr=False)
    oidc_claim: str = Field("sub", description="the claim that holds a person's external_id")
    public_url: str | None = Field(None, description="where people reach the office, for example https://city.example")

    open311_jurisdiction: str | None = Field(None, description="this district to Open311's apps; none: apps name any")
    reporter_days: int = Field(90, ge=1, description="how long it is kept who reported through an app")

    smtp_host: str | None = Field(None, description="mail server; without one nobody gets mail")
    smtp_port: int = Field(587, ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="tls: from the first byte on")
    smtp_username: str = ""
    smtp_password: str = Field("", repr=False)
    mail_from: str = Field("", description="sender of mails, for example Street Warden <warden@city.example>")
    mail_burst: int = Field(3, ge=1, description="mails to one person before what follows waits and becomes one")
    mail_burst_minutes: float = Field(10, ge=0, description="the time in which they are counted")
    digest_hour: int = Field(8, ge=0, le=23, description="when daily digests go out, in the district's zone")
    webhook_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="private networks that webhooks may reach, for example 10.20.0.0/16,192.168.7.0/24"
    )
    webhook_seconds: float = Field(10, gt=0, le=60, description="how long a webhook's receiver may take")
    sending_seconds: float = Field(1, gt=0, le=60, description="time between two looks for mails and webhooks to send")
    sending_tries: int = Field(8, ge=1, le=20, description="tries of a mail or of a webhook's message")
    sending_wait_seconds: float = Field(15, ge=0, description="wait after the first try; the next is four times it")
    sending_days: int = Field(90, ge=1, description="how long notices, mails and deliveries are kept")

    json_limit: int = Field(2 * MEBIBYTE, ge=1024, description="bytes of a JSON body")
    frame_limit: int = Field(20 * MEBIBYTE, ge=1024, description="bytes of a pushed frame or a live picture")
    photo_limit: int = Field(40 * MEBIBYTE, ge=1024, description="bytes of a photo")
    photo_pixels: int = Field(100_000_000, ge=1, description="pixels of a photo")
    areas_limit: int = Field(20 * MEBIBYTE, ge=1024, description="bytes of a GeoJSON file of areas")
    evidence_limit: int = Field(200 * MEBIBYTE, ge=1024, description="bytes of one violation with its files")
    evidence_files: int = Field(32, ge=1, description="files of one violation")

    min_free_bytes: int = Field(512 * MEBIBYTE, ge=0, description="below this much free space uploads get 507")
    undo_seconds: int = Field(60, ge=1)
    claim_seconds: int = Field(300, ge=1, description="how long an engine may work on a claimed photo")
    claim_tries: int = Field(5, ge=1, description="after this many claims without a result a photo has failed")
    engine_silent_seconds: float = Field(30, gt=0, description="an engine without heartbeat for this long is silent")
    event_poll_seconds: float = Field(0.3, gt=0, le=5)
    heartbeat_seconds: float = Field(15, gt=0, description="time between comments that keep an event stream open")
    event_days: int = Field(7, ge=1, description="how long a stream can be resumed")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {name!r}; use a name such as Asia/Shanghai") from error
        return name

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [ip_network(part.strip()) for part in value.split(",") if part.strip()]

    @model_validator(mode="after")
    def _mail_complete(self) -> Self:
        if self.smtp_host is not None and "@" not in self.mail_from:
            raise ValueError("smtp_host needs mail_from, the address that mails come from")
        if self.environment == "production" and self.smtp_security == "none" and self.smtp_password:
            raise ValueError("smtp_password needs smtp_security starttls or tls: whoever listens would read it")
        return self

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.environment != "test" and (self.password_memory_kib < 19_456 or self.password_passes < 2):
            raise ValueError(
                "password_memory_kib must be 19456 or more and password_passes 2 or more: cheaper hashes can be guessed"
            )
        if self.oidc_issuer is not None and not (self.oidc_client_id and self.public_url):
            raise ValueError("oidc_issuer needs oidc_client_id and public_url: the provider sends people back there")
        secure = self.oidc_issuer is None or self.oidc_issuer.startswith("https://")
        if self.environment == "production" and not secure:
            raise ValueError("oidc_issuer must start with https://: whoever listens could sign in as anybody")
        if self.database_url is not None:
            try:
                url = make_url(self.database_url)
            except ArgumentError as error:
                raise ValueError(f"database_url cannot be read: {error}") from error
            if url.get_backend_name() not in ("sqlite", "postgresql"):
                raise ValueError("database_url must start with sqlite+aiosqlite: or postgresql+psycopg:")
            guessed = url.username is not None and (url.password or "") in _GUESSED_PASSWORDS
            if self.environment == "production" and guessed and url.get_backend_name() == "postgresql":
                raise ValueError("database_url has no password or one that anybody guesses: choose another")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def oidc_redirect(self) -> str | None:
        """Where the identity provider sends people back to; none where it is not known."""
        return None if self.public_url is None else f"{self.public_url.rstrip('/')}/api/v1/sign-on/callback"

    @property
    def database(self) -> str:
        """The database's URL for SQLAlchemy's async engine."""
        if self.database_url is not None:
            return self.database_url
        return f"sqlite+aiosqlite:///{(self.data / 'streetwarden.db').resolve()}"

    @property
    def key_folder(self) -> Path:
        """Folder of the key that signs anchors and packages. Replicas of one office share it."""
        return self.keys or self.data / "keys"

    @property
    def incoming(self) -> Path:
        """Folder of uploads that are not yet part of the record."""
        return self.data / "incoming"

    @property
    def leftovers(self) -> Path:
        """Folder of notes about stored files that may have to be removed."""
        return self.data / "leftovers"

    @property
    def engine_socket(self) -> Path:
        """Unix socket on which the local engine takes pushed frames."""
        return self.data / "run" / "engine.sock"
