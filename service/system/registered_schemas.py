"""Registered models, as the API says them."""

from pydantic import BaseModel, ConfigDict, Field


class ModelClass(BaseModel):
    """What was measured of one class on photos that the model was not trained on."""

    code: str
    threshold: float | None = Field(description="confidence from which a detection counts")
    ap50: float | None
    ap50_95: float | None
    precision: float | None
    recall: float | None
    labels: float | None = Field(description="so many were there to be found")


class RegisteredModel(BaseModel):
    """A model of the engine's registry."""

    name: str
    file: str
    sha256: str
    created: str
    licence: str
    input_size: int
    photos: float | None = Field(description="on which it was measured")
    fault: str = Field(description="what is wrong with its file; empty where nothing is")
    classes: list[ModelClass]


class RegisteredModels(BaseModel):
    """All models of the engine's registry."""

    default: str = Field(description="the one that the registry names; `GET /system` tells which one is in use")
    pinned: str | None = Field(description="the engine was started with this one, and does not follow the registry")
    models: list[RegisteredModel]


class ModelChoice(BaseModel):
    """The model to use from now on."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
