import numpy as np
import pytest

from detector.calibration import Calibration, fit
from detector.figures import Matches, reliability
from models.calibrating import apply
from tests.detector.test_figures import BUTT, photos


def judged(own: float, share: float, count: int = 200) -> list[tuple[float, bool]]:
    """Detections that are equally sure, of which a share is right."""
    return [(own, number < share * count) for number in range(count)]


def matches(*rows: tuple[float, bool]) -> Matches:
    return Matches.of(photos([confidence for confidence, _ in rows], [right for _, right in rows])).only(BUTT)


def test_a_calibration_says_how_often_detections_are_right() -> None:
    timid = matches(*judged(0.2, 0.5), *judged(0.5, 0.8), *judged(0.8, 0.95))
    calibration = fit(timid)
    assert calibration is not None
    calibrated = calibration.apply(np.array([0.2, 0.5, 0.8], np.float32))
    np.testing.assert_allclose(calibrated, [0.5, 0.8, 0.95], atol=0.02)
    before, after = reliability(timid), reliability(apply(timid, calibration))
    assert before is not None
    assert after is not None
    assert before.error > 0.2
    assert after.error < 0.02


def test_true_confidences_stay() -> None:
    calibration = fit(matches(*judged(0.2, 0.2), *judged(0.5, 0.5), *judged(0.8, 0.8)))
    assert calibration is not None
    assert calibration.scale == pytest.approx(1, abs=0.05)
    assert calibration.shift == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    "rows",
    [
        judged(0.5, 0.5, 40),
        judged(0.5, 1.0),
        judged(0.5, 0.0),
        [*judged(0.2, 0.8), *judged(0.8, 0.2)],
        judged(0.01, 0.5),
        judged(0.5, 0.5),
    ],
    ids=["too few", "all right", "all wrong", "surer is worse", "none sure enough", "all equally sure"],
)
def test_what_cannot_be_calibrated_is_left_alone(rows: list[tuple[float, bool]]) -> None:
    assert fit(matches(*rows)) is None


def test_undoing_gives_the_models_own_confidence() -> None:
    calibration = Calibration(1.3, 0.7)
    own = np.array([0.001, 0.05, 0.3, 0.9, 0.999], np.float32)
    np.testing.assert_allclose(calibration.undo(calibration.apply(own)), own, rtol=1e-3)
    assert (np.diff(calibration.apply(own)) > 0).all()


def test_the_ends_stay_finite() -> None:
    ends = Calibration(2.0, 1.0).apply(np.array([0, 1], np.float32))
    assert np.isfinite(ends).all()
    assert ends.tolist() == pytest.approx([0, 1], abs=1e-5)
