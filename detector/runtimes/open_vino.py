"""OpenVINO on the CPU: the extra ``openvino``."""

import numpy as np

from detector.detections import FloatArray
from detector.registry import ModelError
from detector.runtimes.runtime import Runtime, one_line


class OpenVino(Runtime):
    """OpenVINO on the CPU, in single precision.

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
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": str(threads * lanes),
            # Some processors would compute in bfloat16, and boxes would differ from machine to machine.
            "INFERENCE_PRECISION_HINT": "f32",
        }
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
