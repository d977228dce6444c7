import numpy as np
import pytest

from detector.lamps import Lamp, LampState, lamp_colour
from tests.detector.streets import Image

LAMP = (0.5, 0.1, 0.6, 0.3)
RED, GREEN, DARK, WHITE, AMBER = (0, 0, 255), (120, 255, 0), (20, 20, 20), (255, 255, 255), (0, 170, 255)


def picture(colour: tuple[int, int, int], share: float = 1.0) -> Image:
    image = np.full((100, 200, 3), 20, np.uint8)
    image[10 : 10 + round(20 * share), 100:120] = colour
    image[50:] = RED  # brake lights elsewhere
    return image


@pytest.mark.parametrize(
    ("image", "state"),
    [
        (picture(RED), LampState.RED),
        (picture(GREEN), LampState.GREEN),
        (picture(RED, 0.3), LampState.RED),
        (picture(DARK), LampState.UNKNOWN),
        (picture(WHITE), LampState.UNKNOWN),
        (picture(AMBER), LampState.UNKNOWN),
    ],
)
def test_colours(image: Image, state: LampState) -> None:
    assert lamp_colour(image, LAMP) is state


def test_a_lamp_of_less_than_a_pixel_is_read() -> None:
    tiny = (0.999, 0.999, 1.0, 1.0)
    assert lamp_colour(np.full((100, 200, 3), RED, np.uint8), tiny) is LampState.RED


def test_a_change_is_believed_when_it_lasts() -> None:
    lamp = Lamp(LAMP)
    shown = [(0.0, RED), (0.4, RED), (0.8, RED), (1.0, GREEN), (1.2, RED), (2.0, GREEN), (2.4, GREEN), (2.7, GREEN)]
    states = [lamp.update(picture(colour), seconds) for seconds, colour in shown]
    assert states == [LampState.UNKNOWN] * 2 + [LampState.RED] * 5 + [LampState.GREEN]
    assert lamp.since == 2.0


def test_time_running_backwards_changes_nothing() -> None:
    lamp = Lamp(LAMP)
    for seconds in (5.0, 5.7, 1.0, 1.1):
        lamp.update(picture(RED), seconds)
    assert lamp.state is LampState.RED
