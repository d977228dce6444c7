"""Model watch: notices that another model was registered, and loads it while the old one works on."""

from pathlib import Path
from typing import Final

import structlog

from detector.model import Model
from detector.registry import ModelError, Registry, registry_path
from detector.runtimes import RuntimeName

_log = structlog.get_logger(__name__)

_WARM: Final = ((1920, 1080, 1), (1920, 1080, 2), (640, 480, 1))
"""Widths, heights and batches that a new model must have run: what cameras and tiles will ask of it."""

_Stamp = tuple[int, int, int] | None


class ModelWatch:
    """Follows what the registry says of the model in use: another default, or another file under its name.

    Args:
        model: the model in use.
        name: its name in the registry; where None, whatever is the default one.
        registry: where the registry lies; the installed one where None.
        runtime: what computes models.
        threads: threads of one call; where None, one for each CPU, shared out among the lanes.
        lanes: calls that are made side by side.
    """

    def __init__(
        self,
        model: Model,
        name: str | None = None,
        *,
        registry: Path | None = None,
        runtime: RuntimeName = "auto",
        threads: int | None = None,
        lanes: int = 1,
    ) -> None:
        self.model = model
        self.refusal = ""
        """Why the model that is registered now is not in use; empty where it is."""
        self._name = name
        self._registry = registry_path(registry)
        self._runtime: RuntimeName = runtime
        self._threads = threads
        self._lanes = lanes
        self._seen: tuple[_Stamp, ...] = ()
        """Nothing yet: the registry may have changed since the model was loaded."""

    def look(self) -> Model | None:
        """A new model, loaded, warm and from now on :attr:`model`; None where there is none or it is refused.

        A model is refused where its file is missing, is no model, has another SHA-256 than the registered one,
        cannot be run, or does not see a class that the model in use sees: :attr:`refusal` says so, and it is tried
        again when the registry or the file changes.
        """
        stamps = self._stamps()
        if stamps == self._seen:
            return None
        self._seen = stamps
        try:
            found = self._load()
        except ModelError as error:
            if str(error) != self.refusal:
                _log.error("new model refused, the old one works on", reason=str(error), model=self.model.name)
            self.refusal = str(error)
            return None
        self.refusal = ""
        self.model = found or self.model
        return found

    def _load(self) -> Model | None:
        registry = Registry.load(self._registry)
        name = self._name or registry.default
        entry = registry.entry(name)
        if (name, entry) == (self.model.name, self.model.entry):
            entry.read()  # the file behind the model in use may have been damaged: better said now than at a restart
            return None
        lost = sorted(set(self.model.entry.classes) - set(entry.classes))
        if lost:
            raise ModelError(f"{entry.path}: does not see {', '.join(lost)}, which the model in use sees")
        model = Model.load(name, registry=registry, runtime=self._runtime, threads=self._threads, lanes=self._lanes)
        try:
            for width, height, batch in _WARM:
                model.warm(width, height, batch)
        except ModelError as error:
            raise ModelError(f"{entry.path}: {error}") from error
        return model

    def _stamps(self) -> tuple[_Stamp, ...]:
        """What tells whether the registry or the file of the model that it names has changed."""
        try:
            registry = Registry.load(self._registry)
            file = registry.entry(self._name).path
        except ModelError:
            file = self.model.entry.path
        return _stamp(self._registry), _stamp(file)


def _stamp(file: Path) -> _Stamp:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
