"""Makes ``squares.onnx``, a real model that sees green squares: ``python -m tests.cluster.squares_file``.

Each cell of 32 × 32 pixels of the input that is green is an e-tricycle; a picture of 320 × 256 has 80 cells. It
computes in a millisecond, so that a test of several machines on one is about the machines. Needs the package onnx.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FILE = Path(__file__).with_name("squares.onnx")
CELL = 32


def squares() -> onnx.ModelProto:
    """Input (N, 3, height, width), red, green, blue; output (N, cells, 6): box, confidence, class 0."""
    floats = {"high": 0.6, "low": 0.4, "cell": float(CELL), "sure": 0.9, "nought": 0.0}
    constants = [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in floats.items()]
    constants += [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in {
        "rows": 2, "columns": 3, "flat": [0, 6, -1]}.items()]  # fmt: skip
    nodes = [
        helper.make_node("Split", ["images"], ["red", "green", "blue"], axis=1, num_outputs=3),
        helper.make_node("Greater", ["green", "high"], ["is_green"]),
        helper.make_node("Max", ["red", "blue"], ["others"]),
        helper.make_node("Less", ["others", "low"], ["is_pure"]),
        helper.make_node("And", ["is_green", "is_pure"], ["is_square"]),
        helper.make_node("Cast", ["is_square"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("AveragePool", ["mask"], ["part"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("Mul", ["part", "sure"], ["confidence"]),
        helper.make_node("Mul", ["part", "nought"], ["zeros"]),
        helper.make_node("Add", ["zeros", "cell"], ["steps"]),
        helper.make_node("CumSum", ["steps", "columns"], ["right"]),
        helper.make_node("CumSum", ["steps", "rows"], ["bottom"]),
        helper.make_node("Sub", ["right", "cell"], ["left"]),
        helper.make_node("Sub", ["bottom", "cell"], ["top"]),
        helper.make_node("Concat", ["left", "top", "right", "bottom", "confidence", "zeros"], ["planes"], axis=1),
        helper.make_node("Reshape", ["planes", "flat"], ["columns_last"]),
        helper.make_node("Transpose", ["columns_last"], ["output0"], perm=[0, 2, 1]),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "height", "width"])
    output = helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["n", "cells", 6])
    graph = helper.make_graph(nodes, "squares", [images], [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    onnx.save(squares(), FILE)
