"""Shipped model: a registered model as one message, so that no other machine needs its file."""

from dataclasses import dataclass
from typing import Self

from detector.model import Model
from detector.registry import ModelEntry
from detector.runtimes import Runtime


@dataclass(frozen=True, slots=True)
class ShippedModel:
    """A model with its file.

    Attributes:
        name: in the registry.
        entry: what the registry says of it.
        content: the file's bytes.
    """

    name: str
    entry: ModelEntry
    content: bytes

    @classmethod
    def of(cls, model: Model) -> Self:
        """Pack a model that is in use here.

        Raises:
            ModelError: its file has changed since.
        """
        return cls(model.name, model.entry, model.entry.read())

    def unpack(self, runtime: Runtime, lanes: int = 1) -> Model:
        """The model, computed by a runtime.

        Args:
            runtime: what computes it.
            lanes: calls that will be made side by side.

        Raises:
            ModelError: the runtime's output is not what the registry says.
        """
        return Model(self.entry, runtime, self.name, lanes=lanes)
