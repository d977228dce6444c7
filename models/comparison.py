"""Comparison: whether a new model is worse than the registered one on any class."""

from dataclasses import dataclass

from models.measuring import Measured

WORSE_BY = 0.01
"""AP50 by which a class may fall without counting as worse: what training twice with other seeds differs by."""


@dataclass(frozen=True)
class Loss:
    """A class on which the new model is worse.

    Attributes:
        split: where it was measured.
        name: the class.
        before, after: AP50 of the registered and of the new model.
        labels: how many labels the class has in the split.
    """

    split: str
    name: str
    before: float
    after: float
    labels: int

    def __str__(self) -> str:
        fall = self.before - self.after
        return f"{self.name} fell by {fall:.3f} on {self.split}, from {self.before:.3f} to {self.after:.3f}"


def tolerance(labels: int) -> float:
    """The fall in AP50 that does not count: `WORSE_BY`, and what a single object weighs.

    A class with six labels loses up to a sixth of its AP50 when the model misses one of them.
    """
    return WORSE_BY + (1.0 / labels if labels else 0.0)


def losses(before: Measured, after: Measured) -> list[Loss]:
    """The classes on which the new model is worse than the registered one, measured on the same photos."""
    return [
        Loss(after.split, name, value, after.ap50.get(name, 0.0), after.labels[name])
        for name, value in before.ap50.items()
        if value - after.ap50.get(name, 0.0) > tolerance(after.labels[name])
    ]
