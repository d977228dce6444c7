"""Known faults: photos whose labels are wrong and cannot be put right at their source, and what is done about them."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from datasets.collection import CollectionError
from datasets.exports.json_file import complaint
from datasets.labels import Labels

KNOWN_FAULTS = Path(__file__).with_name("known-faults.yaml")
"""The faults of the street collection."""


class Action(StrEnum):
    """What is done about a fault."""

    LEAVE_OUT = "leave_out"
    DROP_BOXES = "drop_boxes"
    KEEP = "keep"


class KnownFault(BaseModel):
    """One photo with wrong labels.

    Attributes:
        photo: name of its file without suffix.
        split: the split that it is in.
        fault: what is wrong, in words.
        action: what is done; only in `train`, since figures on changed photos could not be compared with earlier ones.
        boxes: numbers of the boxes to drop, counted from 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    photo: str
    split: str
    fault: str
    action: Action
    boxes: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> "KnownFault":
        if self.split != "train" and self.action is not Action.KEEP:
            raise ValueError(f"{self.photo}: photos of {self.split} stay as they are; write action: keep")
        if (self.action is Action.DROP_BOXES) != bool(self.boxes) or any(number < 1 for number in self.boxes):
            raise ValueError(f"{self.photo}: boxes (counted from 1) belong to action: drop_boxes and to no other")
        return self

    def mended(self, labels: Labels) -> Labels | None:
        """The labels to train on; None where the photo is left out.

        Raises:
            CollectionError: there is no box of such a number.
        """
        if self.action is Action.LEAVE_OUT:
            return None
        if any(number > len(labels) for number in self.boxes):
            raise CollectionError(
                f"{self.photo}: known faults name box {max(self.boxes)}, the label file has {len(labels)}; "
                f"was it put right? Then take the photo out of {KNOWN_FAULTS.name}"
            )
        return labels.where(~np.isin(np.arange(1, len(labels) + 1), self.boxes))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    faults: list[KnownFault]


class KnownFaults:
    """Faults by the photos that they are in."""

    def __init__(self, faults: Iterable[KnownFault] = ()) -> None:
        self.faults = tuple(faults)
        self._by_photo = {(fault.split, fault.photo): fault for fault in self.faults}

    @classmethod
    def read(cls, file: Path = KNOWN_FAULTS) -> "KnownFaults":
        """Reads a file of faults.

        Raises:
            CollectionError: it is not there or not as expected.
        """
        try:
            content = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (OSError, ValidationError) as error:
            raise CollectionError(f"{file}: {complaint(error)}") from error
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise CollectionError(f"{file}: is not YAML: {' '.join(str(error).split())}") from error
        return cls(content.faults)

    def mended(self, photo: Path, split: str, labels: Labels) -> Labels | None:
        """The labels of a photo to train on; None where it is left out. Photos without faults stay as they are."""
        fault = self._by_photo.get((split, photo.stem))
        return labels if fault is None else fault.mended(labels)

    def of_split(self, split: str) -> list[KnownFault]:
        """The faults of one split."""
        return [fault for fault in self.faults if fault.split == split]
