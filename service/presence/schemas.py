"""Who looks at a case, as the API says it."""

from pydantic import BaseModel, ConfigDict, Field

from service.clock import UtcTime


class Viewer(BaseModel):
    """Somebody who has the case on screen."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    since: UtcTime


class Viewers(BaseModel):
    """Who else looks at a case, the first who came first."""

    items: list[Viewer]
    renew_seconds: int = Field(description="ask again within this time, or others no longer see the asker")
