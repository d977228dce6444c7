"""Runtimes: what computes an exported model. onnxruntime always; OpenVINO and CUDA where they are installed."""

from detector.runtimes.machine import processor, versioned
from detector.runtimes.opening import RUNTIME_VARIABLE, installed, open_runtime
from detector.runtimes.runtime import RUNTIME_FAULTS, RUNTIME_NAMES, Runtime, RuntimeName, one_line, usable_cpus

__all__ = [
    "RUNTIME_FAULTS",
    "RUNTIME_NAMES",
    "RUNTIME_VARIABLE",
    "Runtime",
    "RuntimeName",
    "installed",
    "one_line",
    "open_runtime",
    "processor",
    "usable_cpus",
    "versioned",
]
