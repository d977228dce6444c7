"""Half hidden: people of whom something nearer covers a side or the legs, so that their boxes end there."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.geometry import overlaps

Array = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_LESS: Final = 0.9
"""A box of less than this share of the person's width lacks a side, and one of less height the legs; who turns round or
sits down becomes as small, but behind nothing."""

_TOUCH: Final = 0.1
"""A nearer box begins this near to the side where a half hidden one ends, in heights of that."""

_TOUCH_BELOW: Final = 0.25
"""The same below: of whom the legs are hidden, little height is left."""

_SIDE_BY_SIDE: Final = 0.25
"""What hides a side of somebody covers at least so much of the height."""

_COVERED: Final = 0.3
"""Of whom something nearer covers so much, the colours are that thing's."""


def hidden_sides(boxes: Array, people: BoolArray) -> BoolArray:
    """Beside or before whom something nearer begins where the own box ends.

    What stands lower in the picture is nearer, for a camera that looks down.

    Args:
        boxes: (N, 4) all boxes of a frame, left, top, right, bottom.
        people: (N,) whose sides are asked for.

    Returns:
        (N, 3) whether the left side, the right side and the legs may be hidden.
    """
    result = np.zeros((len(boxes), 3), np.bool_)
    rows = people.nonzero()[0]
    if not len(rows) or len(boxes) < 2:
        return result
    left, top, right, bottom = boxes[rows].T[:, :, None]
    lefts, tops, rights, bottoms = boxes.T
    high = bottom - top
    touch = _TOUCH * high
    nearer = bottoms > bottom
    beside = nearer & (np.minimum(bottom, bottoms) - np.maximum(top, tops) > _SIDE_BY_SIDE * high)
    result[rows, 0] = (beside & (lefts < left) & (np.abs(rights - left) < touch)).any(axis=1)
    result[rows, 1] = (beside & (rights > right) & (np.abs(lefts - right) < touch)).any(axis=1)
    before = nearer & (lefts < left + touch) & (rights > right - touch)
    result[rows, 2] = (before & (np.abs(tops - bottom) < _TOUCH_BELOW * high)).any(axis=1)
    return result


def covered(boxes: Array, rows: NDArray[np.int64]) -> BoolArray:
    """(len(rows),) who stands so far behind something nearer that colours tell nothing.

    Args:
        boxes: (N, 4) all boxes of a frame, left, top, right, bottom.
        rows: which of them are asked for.
    """
    share = overlaps(boxes[rows], boxes)
    share[boxes[:, 3] <= boxes[rows, 3:]] = 0
    result: BoolArray = share.max(axis=1, initial=0.0) >= _COVERED
    return result


def completed(boxes: Array, sides: BoolArray, known: Array) -> Array:
    """Boxes with what is hidden of people, as wide and tall as they are known to be.

    Args:
        boxes: (M, 4) left, top, right, bottom.
        sides: (M, 3) whether the left side, the right side and the legs may be hidden.
        known: (M, 4) where the person should be: centre x, centre y, width, height.

    Returns:
        (M, 4) boxes; those that are large enough, or whose sides can be seen, as they were.
    """
    result = boxes.copy()
    wide, high = known[:, 2], known[:, 3]
    left, right, legs = sides.T
    narrow = boxes[:, 2] - boxes[:, 0] < _LESS * wide
    grows = narrow & left & ~right
    result[grows, 0] = boxes[grows, 2] - wide[grows]
    grows = narrow & right & ~left
    result[grows, 2] = boxes[grows, 0] + wide[grows]
    grows = narrow & right & left
    result[grows, 0], result[grows, 2] = known[grows, 0] - wide[grows] / 2, known[grows, 0] + wide[grows] / 2
    grows = legs & (boxes[:, 3] - boxes[:, 1] < _LESS * high)
    result[grows, 3] = boxes[grows, 1] + high[grows]
    return result


def see_half_hidden(agree: Array, boxes: Array, sides: BoolArray, known: Array, predicted: Array) -> None:
    """Compare who is half hidden with tracks as if the box were as large as the track's.

    Args:
        agree: (N, K) how far boxes and predicted boxes agree, 0 to 1; what is half hidden is raised.
        boxes: (N, 4) left, top, right, bottom.
        sides: (N, 3) what may be hidden.
        known: (K, 4) where tracks should be: centre x, centre y, width, height.
        predicted: (K, 4) boxes that boxes are compared with.
    """
    rows = np.flatnonzero(sides.any(axis=1))
    if not len(rows):
        return
    size = boxes[rows, 2:] - boxes[rows, :2]
    less = (size[:, None] < _LESS * known[:, 2:]).any(axis=2)
    i, k = (less & (agree[rows] > 0)).nonzero()
    if not len(i):
        return
    i = rows[i]
    whole, other = completed(boxes[i], sides[i], known[k]), predicted[k]
    low, high = np.maximum(whole[:, :2], other[:, :2]), np.minimum(whole[:, 2:], other[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    union = np.prod(whole[:, 2:] - whole[:, :2], axis=1) + np.prod(other[:, 2:] - other[:, :2], axis=1) - shared
    agree[i, k] = np.maximum(agree[i, k], shared / union)
