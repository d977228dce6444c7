"""Calibration: confidences that say how often a detection is right."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.detections import FloatArray
from detector.figures import Matches

LEAST: Final = 0.05
"""Less sure detections are left out of the fit, as of :func:`detector.figures.reliability`."""
FEWEST: Final = 50
"""Detections without which nothing is fitted."""

_STEPS: Final = 50
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """One class's confidences, made true: the log-odds times ``scale`` plus ``shift``.

    Order stays, so average precision does too (Platt 1999, "Probabilistic outputs for support vector machines"; for
    detectors Küppers et al. 2020, arXiv:2004.13546).

    Attributes:
        scale: more than 0.
        shift: 0 with a scale of 1 leaves everything as it is.
    """

    scale: float
    shift: float

    def apply(self, confidence: FloatArray) -> FloatArray:
        """Calibrated confidences, (N,), from the model's own."""
        return _odds_to_share(_log_odds(confidence) * self.scale + self.shift)

    def undo(self, confidence: FloatArray) -> FloatArray:
        """The model's own confidences, (N,), from calibrated ones."""
        return _odds_to_share((_log_odds(confidence) - self.shift) / self.scale)


def fit(matches: Matches) -> Calibration | None:
    """The calibration of one class: logistic regression of "right" on the log-odds of the confidence.

    Args:
        matches: detections of that class, uncalibrated, on photos that were not trained on.

    Returns:
        None where there are too few detections, or only right or only wrong ones, or all are equally sure, or being
        surer means nothing.
    """
    sure = matches.confidence >= LEAST
    right = matches.correct[sure].astype(np.float64)
    if len(right) < FEWEST or right.min() == right.max():
        return None
    # Platt's smoothed targets keep a class without overlap from an infinite scale.
    count = right.sum()
    target = np.where(right > 0, (count + 1) / (count + 2), 1 / (len(right) - count + 2))
    odds = _log_odds(matches.confidence[sure])
    if np.ptp(odds) < _EDGE:
        return None
    inputs = np.stack([odds, np.ones_like(odds)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-(inputs @ weights)))
        slope = inputs.T @ (target - share)
        curve = (inputs * (share * (1 - share) + _EDGE)[:, None]).T @ inputs
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < _EDGE:
            break
    scale, shift = (float(weight) for weight in weights)
    return Calibration(scale, shift) if scale > 0 and np.isfinite(weights).all() else None


def _log_odds(confidence: FloatArray) -> NDArray[np.float64]:
    share = np.clip(confidence.astype(np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(share / (1 - share)))


def _odds_to_share(odds: NDArray[np.float64]) -> FloatArray:
    return (1 / (1 + np.exp(-odds))).astype(np.float32)
