"""Registry: which models there are, what they see, and the digests that prove their files."""

import hashlib
import os
import tomllib
from datetime import date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from detector.detections import CLASS_NAMES, ObjectClass

REGISTRY_NAME: Final = "registry.toml"
FOLDER_VARIABLE: Final = "STREETWARDEN_MODELS"
"""The environment variable that names another folder of models."""

Output = Literal["end2end", "plain"]
Share = Annotated[float, Field(ge=0, le=1)]


class ModelError(Exception):
    """A model that cannot be used: one line that names the file and what is wrong with it."""


class ModelEntry(BaseModel):
    """One exported model.

    ``end2end`` output is (N, 300, 6): left, top, right, bottom in input pixels, confidence, class. ``plain``
    output is (N, 4 + classes, places): centre x, centre y, width, height in input pixels, one score a class.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    input_size: int = Field(640, ge=128, le=4096, description="long side of the input in pixels")
    stride: int = Field(32, ge=1, le=256, description="both sides of the input are multiples of it")
    output: Output
    licence: str = ""
    trained_on: str | list[str] = ""
    created: datetime | date | str | None = None
    thresholds: dict[str, Share] = Field(default_factory=dict, description="least confidence by class")
    calibration: dict[str, tuple[Annotated[float, Field(gt=0)], float]] = Field(
        default_factory=dict, description="scale and shift of the log-odds by class, before thresholds"
    )
    figures: dict[str, object] = Field(default_factory=dict, description="what was measured")

    _folder: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: dict[str, Path] | None, /) -> None:
        """Remember the registry's folder: the file's name counts from there."""
        self._folder = (context or {}).get("folder", Path())

    @field_validator("classes")
    @classmethod
    def _known(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(classes) - set(CLASS_NAMES))
        if unknown:
            raise ValueError(f"unknown classes {', '.join(unknown)}; known are {', '.join(CLASS_NAMES)}")
        if len(set(classes)) < len(classes):
            raise ValueError("a class is named twice")
        return classes

    @model_validator(mode="after")
    def _thresholds_named(self) -> Self:
        for name, named in (("thresholds", self.thresholds), ("calibration", self.calibration)):
            unknown = sorted(set(named) - set(self.classes))
            if unknown:
                raise ValueError(f"{name} for classes that the model does not have: {', '.join(unknown)}")
        return self

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._folder / self.file

    @property
    def object_classes(self) -> tuple[ObjectClass, ...]:
        """The model's classes in the order of its output."""
        return tuple(ObjectClass(CLASS_NAMES.index(name)) for name in self.classes)

    def read(self) -> bytes:
        """The file's bytes, after they proved to be the registered ones.

        Raises:
            ModelError: where the file is missing or its SHA-256 is not the registered one.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelError(f"{self.path}: the model cannot be read: {error.strerror or error}") from error
        digest = hashlib.sha256(content).hexdigest()
        if digest != self.sha256:
            raise ModelError(
                f"{self.path}: SHA-256 is {digest[:12]}…, the registry says {self.sha256[:12]}…: "
                "the file was changed or is incomplete; restore it or register it again"
            )
        return content


class Registry(BaseModel):
    """The models of one folder and which of them is used when none is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default: str
    models: dict[str, ModelEntry]

    @model_validator(mode="after")
    def _default_known(self) -> Self:
        if self.default not in self.models:
            raise ValueError(f"default: no model is called {self.default!r}")
        return self

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read and check a registry file; the models' own files are checked when they are read.

        Args:
            path: the file or its folder. Where None: the folder that STREETWARDEN_MODELS names, else the
                installed package ``models``.

        Raises:
            ModelError: one line that names the file, the field and the fault.
        """
        path = registry_path(path)
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls.model_validate(data, context={"folder": path.parent})
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(
                f"{path}: the model registry cannot be read: {getattr(error, 'strerror', None) or error}; "
                f"{FOLDER_VARIABLE} can name another folder"
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise ModelError(f"{path}: is not TOML: {error}") from error
        except ValidationError as error:
            raise ModelError(f"{path}: {_faults(error)}") from error

    def entry(self, name: str | None = None) -> ModelEntry:
        """A model by its name, the default one where None.

        Raises:
            ModelError: where no model has that name.
        """
        found = self.models.get(name or self.default)
        if found is None:
            raise ModelError(f"no model is called {name!r}; there are {', '.join(sorted(self.models))}")
        return found


def registry_path(path: Path | None = None) -> Path:
    """The registry's file.

    Args:
        path: the file or its folder. Where None: the folder that STREETWARDEN_MODELS names, else the installed
            package ``models``.
    """
    if path is None and (folder := os.environ.get(FOLDER_VARIABLE)):
        path = Path(folder)
    if path is None:
        with as_file(files("models")) as installed:
            path = installed
    return path / REGISTRY_NAME if path.is_dir() else path


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    places = [".".join(str(part) for part in fault["loc"]) or "registry" for fault in faults]
    texts = [fault["msg"].removeprefix("Value error, ") for fault in faults]
    return "; ".join(f"{place}: {text}" for place, text in zip(places, texts, strict=True))
