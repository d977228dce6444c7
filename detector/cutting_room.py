"""Cutting room: one thread of low priority that makes clips, so that neither rules nor model wait for one."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import get_native_id
from typing import Final, TypeVar

_Made = TypeVar("_Made")

_NICE: Final = 10
"""The thread gets a tenth of what others get where all want the processor."""


def order(work: Callable[[], _Made]) -> "Future[_Made]":
    """Have something made when the work that was ordered before is done; all cameras of a process share the room."""
    return _room().submit(work)


@cache
def _room() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="clips", initializer=_step_back)


def _step_back() -> None:
    if sys.platform == "linux":  # elsewhere the whole process would step back
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICE)
