"""Crowded process: settings of a process in which many threads each do a little."""

import ctypes
from typing import Final

import cv2

_ARENAS: Final = 2
_MAPPED_BYTES: Final = 512 * 1024
_TRIMMED_BYTES: Final = 8 * 1024 * 1024
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""As glibc's malloc.h numbers them."""


def settle() -> None:
    """Let OpenCV compute in the thread that calls it, and malloc keep little that is free; called before threads start.

    A pool of OpenCV's own wins nothing beside a hundred threads and costs 0.7 ms of CPU time a camera-second. glibc
    would keep eight arenas a CPU, with holes where pictures had been: 33 MB a camera. With two arenas, and blocks from
    half a megabyte on mapped by themselves, it is 20, for 4 % more processor time (`python -m
    benchmarks.many_cameras`). Where another C library is used, memory is left as it is.
    """
    cv2.setNumThreads(1)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _TRIMMED_BYTES)
