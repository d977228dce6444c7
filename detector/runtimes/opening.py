"""Opening a runtime: the one that is asked for, or the fastest one of this machine."""

import hashlib
import os
from functools import partial
from importlib.util import find_spec
from typing import Final

import onnxruntime

from detector.registry import ModelError
from detector.runtimes.choice import Opener, Task, choose
from detector.runtimes.onnx import CUDA_PROVIDER, CudaRuntime, OnnxRuntime
from detector.runtimes.open_vino import OpenVino
from detector.runtimes.runtime import RUNTIME_NAMES, Runtime, RuntimeName, usable_cpus

RUNTIME_VARIABLE: Final = "STREETWARDEN_RUNTIME"
"""The environment variable that says what ``auto`` stands for on this machine."""
MEASURED_SHAPE: Final = (1, 3, 384, 640)
"""What runtimes are measured on where nothing else is asked: a 16:9 picture in an input of 640."""


def installed() -> tuple[RuntimeName, ...]:
    """The runtimes whose packages are installed; the one that is always there first."""
    names: list[RuntimeName] = ["onnxruntime"]
    if find_spec("openvino"):
        names.append("openvino")
    if CUDA_PROVIDER in onnxruntime.get_available_providers():
        names.append("cuda")
    return tuple(names)


def open_runtime(
    model: bytes,
    runtime: RuntimeName = "auto",
    threads: int | None = None,
    lanes: int = 1,
    *,
    shape: tuple[int, int, int, int] = MEASURED_SHAPE,
) -> Runtime:
    """Load a model.

    Args:
        model: bytes of an ONNX file.
        runtime: ``auto`` takes what ``STREETWARDEN_RUNTIME`` names, else the fastest one of those that are installed:
            they are measured for two seconds, and the result is kept.
        threads: threads of one call; where None, one for each CPU that this process may use, shared out among lanes.
        lanes: calls that will be made side by side.
        shape: (N, 3, height, width) of the pictures that are measured with.

    Raises:
        ModelError: where the runtime is not known, not installed, or cannot load the model.
    """
    threads = threads or max(1, usable_cpus() // lanes)
    openers: dict[RuntimeName, Opener] = {
        "onnxruntime": partial(OnnxRuntime, model, threads),
        "openvino": partial(OpenVino, model, threads, lanes),
        "cuda": partial(CudaRuntime, model, threads),
    }
    asked = _named() if runtime == "auto" else runtime
    if asked != "auto":
        return openers[asked]()
    names = installed()
    if len(names) == 1:
        return openers[names[0]]()
    digest = hashlib.sha256(model).hexdigest()
    task = Task(model=digest, shape=shape, threads=threads, lanes=lanes, candidates=names)
    return choose(task, {name: openers[name] for name in names})


def _named() -> RuntimeName:
    """What the environment asks for."""
    name = os.environ.get(RUNTIME_VARIABLE) or "auto"
    if name not in RUNTIME_NAMES:
        raise ModelError(f"{RUNTIME_VARIABLE} is {name!r}; known are {', '.join(RUNTIME_NAMES)}")
    return name
