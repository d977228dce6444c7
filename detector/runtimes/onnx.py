"""onnxruntime: on the CPU, or on an NVIDIA GPU where its CUDA build is installed."""

import ast
from typing import Any, Final

import onnxruntime

from detector.detections import FloatArray
from detector.registry import ModelError
from detector.runtimes.runtime import RUNTIME_FAULTS, Runtime, one_line

CUDA_PROVIDER: Final = "CUDAExecutionProvider"
_CPU_PROVIDER: Final = "CPUExecutionProvider"
# Rounding to TF32 moves boxes by pixels. Pictures come in several shapes: searching for the best convolution of each
# would hold the first one back by seconds.
_CUDA_OPTIONS: Final = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}


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
        # The arena costs 60 MB once and saves 5 % of the time: 180 MB with two batches of several shapes, else 120.
        options.enable_cpu_mem_arena = True
        # Threads that spin while they wait gain 4 % when nothing else runs, and take the cores from decoding and rules.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=self._providers())
        except RUNTIME_FAULTS as error:
            raise ModelError(f"{self.name} cannot load the model: {one_line(error)}") from error
        self._input: str = self._session.get_inputs()[0].name
        self._output: str = self._session.get_outputs()[0].name

    @property
    def name(self) -> str:
        """What computes, for logs and benchmarks."""
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

    def _providers(self) -> list[Any]:
        """What onnxruntime may compute with, the best first."""
        return [_CPU_PROVIDER]


class CudaRuntime(OnnxRuntime):
    """onnxruntime on an NVIDIA GPU; what the GPU cannot do falls to the CPU.

    Args:
        model: bytes of an ONNX file.
        threads: how many threads one call uses on the CPU.

    Raises:
        ModelError: where onnxruntime's CUDA build is not installed, finds no GPU, or cannot load the model.
    """

    def __init__(self, model: bytes, threads: int) -> None:
        if CUDA_PROVIDER not in onnxruntime.get_available_providers():
            raise ModelError(
                "CUDA is not installed: pip uninstall onnxruntime, then pip install onnxruntime-gpu[cuda,cudnn]"
            )
        super().__init__(model, threads)
        # Where the GPU cannot be used, onnxruntime goes on with the CPU and says so only in its log.
        if CUDA_PROVIDER not in self._session.get_providers():
            raise ModelError(
                "CUDA cannot be used: onnxruntime finds no NVIDIA GPU or no CUDA libraries; see nvidia-smi"
            )

    @property
    def name(self) -> str:
        """What computes, for logs and benchmarks."""
        return "cuda"

    @property
    def batch(self) -> int:
        """So many small pictures leave most of a GPU idle one by one. Not measured: no GPU was there."""
        return 16

    def _providers(self) -> list[Any]:
        return [(CUDA_PROVIDER, _CUDA_OPTIONS), _CPU_PROVIDER]
