"""Canvas: the picture of a simulated street, drawn cheaply: a plain ground and a coloured pattern for each thing."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.geometry import FloatArray
from detector.simulation.actor import Actor
from detector.simulation.camera import HEIGHT, WIDTH

Image = NDArray[np.uint8]


class Canvas:
    """One picture that is drawn again and again.

    The picture is the same array each time, and only what has changed is drawn: nobody writes evidence of simulated
    streets, so nobody looks at an old frame's picture.

    Args:
        actors: all that may be drawn.
        seed: of the ground's pattern.
    """

    def __init__(self, actors: list[Actor], seed: int) -> None:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(85, 125, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
        self._ground = np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT)), np.uint8)
        self._patterns = [_pattern(actor, seed) for actor in actors]
        self._light = 1.0
        self._lit, self._lit_patterns = self._ground, self._patterns
        self.image: Image = self._ground.copy()
        self._drawn: list[tuple[int, int, int, int]] = []
        self._shown: list[tuple[int, list[int]]] = []
        self._pictures: dict[int, Image] = {}

    def set_light(self, light: float) -> None:
        """How bright the day is; 1 is noon."""
        if light == self._light:
            return
        self._light = light
        self._lit = np.asarray(cv2.convertScaleAbs(self._ground, alpha=light), np.uint8)
        self._lit_patterns = [np.asarray(cv2.convertScaleAbs(p, alpha=light), np.uint8) for p in self._patterns]
        self.image[:] = self._lit
        self._drawn, self._shown = [], []
        self._pictures.clear()

    def draw(self, numbers: list[int], boxes: list[list[int]]) -> None:
        """Draw the actors of these numbers at boxes in whole pixels, the later ones in front."""
        now = list(zip(numbers, boxes, strict=True))
        if now == self._shown:
            return
        self._shown = now
        for left, top, right, bottom in self._drawn:
            self.image[top:bottom, left:right] = self._lit[top:bottom, left:right]
        self._drawn = []
        for number, (left, top, right, bottom) in now:
            x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, WIDTH), min(bottom, HEIGHT)
            if x1 - x0 < 1 or y1 - y0 < 1:
                continue
            picture = self._picture(number, max(right - left, 1), max(bottom - top, 1))
            self.image[y0:y1, x0:x1] = picture[y0 - top : y1 - top, x0 - left : x1 - left]
            self._drawn.append((x0, y0, x1, y1))

    def _picture(self, number: int, width: int, height: int) -> Image:
        """An actor's pattern in a size; what keeps its size is not drawn anew."""
        known = self._pictures.get(number)
        if known is None or known.shape[:2] != (height, width):
            pattern = self._lit_patterns[number]
            known = np.asarray(cv2.resize(pattern, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
            self._pictures[number] = known
        return known

    def paint(self, area: tuple[float, float, float, float], colour: tuple[int, int, int]) -> None:
        """Fill an area, in fractions of the picture, with one BGR colour: a lamp."""
        left, top, right, bottom = area
        rows = slice(int(top * HEIGHT), int(bottom * HEIGHT))
        self.image[rows, int(left * WIDTH) : int(right * WIDTH)] = colour

    def glare(self, box: FloatArray, strength: float) -> None:
        """Headlights on what stands at a box: brighter, and brightest at one side."""
        self._shown = []  # what shines is drawn anew
        left, top = (int(v) for v in np.clip(box[:2], 0, [WIDTH, HEIGHT]))
        right, bottom = (int(v) for v in np.clip(box[2:], 0, [WIDTH, HEIGHT]))
        if right - left < 2 or bottom - top < 2:
            return
        part = self.image[top:bottom, left:right]
        ramp = np.linspace(0.3, 1.0, right - left)[None, :, None] * strength
        part[:] = np.clip(part + ramp * (255 - part.astype(np.float64)), 0, 255).astype(np.uint8)


def _pattern(actor: Actor, seed: int) -> Image:
    """(6, 5, 3) coloured fields: clothes, paint, a bag."""
    rng = np.random.default_rng((seed, int(actor.kind), actor.look))
    dress = rng.integers(0, 256, (2, 1, 3))
    fields = np.repeat(dress, 3, axis=0) + rng.integers(-60, 61, (6, 5, 3))
    return np.asarray(np.clip(fields, 0, 255), np.uint8)
