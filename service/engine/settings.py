"""Settings of an engine process, from environment variables that start with ``STREETWARDEN_ENGINE_``."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from detector.sources import Pace


class EngineSettings(BaseSettings):
    """Where the office is and where this engine keeps its own things."""

    model_config = SettingsConfigDict(env_prefix="STREETWARDEN_ENGINE_", extra="ignore", frozen=True)

    office_url: str = Field("http://127.0.0.1:8000", description="where the office answers")
    key: SecretStr = Field(description="an API key with the scope engine")
    data: Path = Field(Path("data/engine"), description="outbox and checkpoints")
    socket: Path | None = Field(None, description="Unix socket for pushed frames; none: frames cannot be pushed")
    shared: str | None = Field(
        None, description="in a cluster: s3://bucket/folder, or a folder that all machines see, for what outlives them"
    )
    model: str | None = Field(None, description="registry name of the model; the default one where none is given")
    timezone: str = Field("Asia/Shanghai", description="the district's zone")
    parent: int | None = Field(None, description="process that must live; the engine ends when it is gone")
    restarts: int = Field(0, ge=0, description="how often the supervisor has restarted this engine")
    threads: int | None = Field(
        None, ge=1, description="threads of one model call; one where none is given, and a call on each CPU"
    )
    derived_bytes: int = Field(
        4 * 1024**3, ge=0, description="bytes of all cameras' tracks of the last hours; the oldest are deleted first"
    )
    min_free_bytes: int = Field(2_000_000_000, ge=0, description="below this much free space tracks are deleted")
    pace: Pace = Field("real", description="max: recorded files as fast as they can be followed, for soak tests")

    @property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.timezone)
