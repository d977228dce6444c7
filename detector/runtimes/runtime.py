"""Runtime: a loaded model that turns tensors into tensors, whatever computes it."""

import os
from typing import Final, Literal, Protocol, get_args

from onnxruntime.capi import onnxruntime_pybind11_state as states

from detector.detections import FloatArray

RUNTIME_FAULTS: Final = (
    states.Fail,
    states.InvalidArgument,
    states.InvalidGraph,
    states.InvalidProtobuf,
    states.NotImplemented,
    states.RuntimeException,
    RuntimeError,
)
"""What runtimes raise where they cannot load or run a model; onnxruntime's own errors have no common base."""

RuntimeName = Literal["auto", "onnxruntime", "openvino", "cuda"]
RUNTIME_NAMES: Final[tuple[RuntimeName, ...]] = get_args(RuntimeName)


class Runtime(Protocol):
    """A loaded model: tensors in, tensors out. May be called by several threads at once."""

    @property
    def name(self) -> str:
        """What computes, for logs and benchmarks."""

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the file itself calls its classes, in order; None where it does not say."""
        return None

    @property
    def batch(self) -> int:
        """How many pictures of one call it computes in hardly more time than one.

        One on a CPU: onnxruntime 1.32 with one thread took 17.8 ms of CPU time for one picture of 640 × 384 and 18.0
        for each of two, so that a batch would only make the first picture wait for the second.
        """
        return 1

    def run(self, batch: FloatArray) -> FloatArray:
        """The model's first output.

        Args:
            batch: (N, 3, height, width) float32, contiguous.
        """


def usable_cpus() -> int:
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0))


def one_line(error: Exception) -> str:
    """An error of a runtime, which may be pages long, as one line."""
    return " ".join(str(error).split())[:300]
