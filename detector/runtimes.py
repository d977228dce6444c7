"""Runtimes: what computes an exported model. onnxruntime always, OpenVINO where it is installed."""

import ast
import os
from importlib.util import find_spec
from typing import Literal, Protocol

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as states

from detector.detections import FloatArray
from detector.registry import ModelError

RUNTIME_FAULTS = (
    states.Fail,
    states.InvalidArgument,
    states.InvalidGraph,
    states.InvalidProtobuf,
    states.NotImplemented,
    states.RuntimeException,
    RuntimeError,
)
"""What runtimes raise where they cannot load or run a model; onnxruntime's own errors have no common base."""

RuntimeName = Literal["auto", "onnxruntime", "openvino"]


class Runtime(Protocol):
    """A loaded model: tensors in, tensors out. May be called by several threads at once."""

    @property
    def name(self) -> str:
        """What computes, for logs and benchmarks."""

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """What the file itself calls its classes, in order; None where it does not say."""
        return None

    def run(self, batch: FloatArray) -> FloatArray:
        """The model's first output.

        Args:
            batch: (N, 3, height, width) float32, contiguous.
        """


class OnnxRuntime(Runtime):
    """onnxruntime on the CPU.

    Args:
        model: bytes of an ONNX file.
        threads: how many threads one call uses.

    Raises:
        ModelError: where onnxruntime cannot load the model.
    """

    def __init__(self, model: bytes, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = True
        # Threads that spin while they wait gain 4 % when nothing else runs, and take the cores from decoding and rules.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except RUNTIME_FAULTS as error:
            raise ModelError(f"onnxruntime cannot load the model: {one_line(error)}") from error
        self._input: str = self._session.get_inputs()[0].name
        self._output: str = self._session.get_outputs()[0].name

    @property
    def name(self) -> str:
        """Always ``onnxruntime``."""
        return "onnxruntime"

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """From the metadata that ultralytics writes: ``{0: 'person', 1: 'bicycle'}``."""
        try:
            names = ast.literal_eval(self._session.get_modelmeta().custom_metadata_map.get("names", ""))
        except (ValueError, SyntaxError):
            return None
        return tuple(str(names[number]) for number in sorted(names)) if isinstance(names, dict) else None

    def run(self, batch: FloatArray) -> FloatArray:
        """The model's first output."""
        output: FloatArray = self._session.run([self._output], {self._input: batch})[0]
        return output


class OpenVino(Runtime):
    """OpenVINO on the CPU.

    Args:
        model: bytes of an ONNX file.
        threads: how many threads one call uses.
        lanes: calls that will be made side by side.

    Raises:
        ModelError: where OpenVINO is not installed or cannot load the model.
    """

    def __init__(self, model: bytes, threads: int, lanes: int = 1) -> None:
        try:
            import openvino  # noqa: PLC0415 - an extra that need not be installed
        except ImportError as error:
            raise ModelError("OpenVINO is not installed: pip install 'street-warden[openvino]'") from error
        core = openvino.Core()
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": str(threads * lanes)}
        if lanes > 1:
            settings["NUM_STREAMS"] = str(lanes)
        try:
            self._compiled = core.compile_model(core.read_model(model=model, weights=b""), "CPU", settings)
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot load the model: {one_line(error)}") from error

    @property
    def name(self) -> str:
        """Always ``openvino``."""
        return "openvino"

    def run(self, batch: FloatArray) -> FloatArray:
        """The model's first output."""
        # A request of its own for each call, so that threads do not wait for each other.
        request = self._compiled.create_infer_request()
        output: FloatArray = np.asarray(request.infer([batch])[0], np.float32)
        return output


def open_runtime(model: bytes, runtime: RuntimeName = "auto", threads: int | None = None, lanes: int = 1) -> Runtime:
    """Load a model.

    Args:
        model: bytes of an ONNX file.
        runtime: ``auto`` takes OpenVINO where it is installed, else onnxruntime.
        threads: threads of one call; where None, one for each CPU that this process may use, shared out among lanes.
        lanes: calls that will be made side by side.

    Raises:
        ModelError: where the runtime is not installed or cannot load the model.
    """
    threads = threads or max(1, len(os.sched_getaffinity(0)) // lanes)
    if runtime == "auto":
        runtime = "openvino" if find_spec("openvino") else "onnxruntime"
    return OpenVino(model, threads, lanes) if runtime == "openvino" else OnnxRuntime(model, threads)


def one_line(error: Exception) -> str:
    """An error of a runtime, which may be pages long, as one line."""
    return " ".join(str(error).split())[:300]
