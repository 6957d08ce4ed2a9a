"""Writes the LCBench networks for the program `fidelity`: python networks.py SURROGATES FOLDER [DATA SET …]

SURROGATES has the YAHPO networks (its folder `lcbench`: `model.onnx`, `encoding.json`). Each data set becomes
`lcb_NUMBER.network`: what `benches/src/bin/fidelity/network.rs` reads, numbers of four bytes, little-endian. What does not
depend on the configuration (the data set's embedding, the normalisations) is multiplied out. Needs numpy and onnx.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from tuning_peers.gradual.tasks.networks import TEN

BLOCKS = 3
ACCURACY = 1


def main(surrogates, folder, *names):
    home = Path(surrogates, "lcbench")
    graph = onnx.load(str(home / "model.onnx")).graph
    weights = {one.name: numpy_helper.to_array(one).astype(float) for one in graph.initializer}
    encoding = json.loads((home / "encoding.json").read_text())["OpenML_task_id"]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in names or TEN:
        parts = list(network(graph, weights, encoding[name]))
        flat = np.concatenate([np.asarray(part, "<f4").ravel() for part in parts])
        Path(folder, f"lcb_{name}.network").write_bytes(flat.tobytes())


def network(graph, w, code):
    """The inputs' transforms (whether a logarithm is taken, what is subtracted, what divides), the layers, the output's."""
    constants = {n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in graph.node if n.op_type == "Constant"}
    made_by = {n.output[0]: n for n in graph.node}
    joined = [n for n in graph.node if n.op_type == "Concat"]
    for column in joined[1].input:  # the numbers, in their order
        yield chain(column, made_by, constants)
    embedding = w["embds_fct.0.weight"][code]
    first = w["first_layer.weight"]
    yield first[:, len(embedding) :]
    yield w["first_layer.bias"] + first[:, : len(embedding)] @ embedding
    for block in range(BLOCKS):
        scale, shift = norm(w, f"layers.{block}.norm")
        for layer in ("linear0", "linear1"):
            weight, bias = (w[f"layers.{block}.{layer}.{kind}"] for kind in ("weight", "bias"))
            yield weight * scale if layer == "linear0" else weight
            yield bias + weight @ shift if layer == "linear0" else bias
    yield from norm(w, "last_normalization")
    yield w["head.weight"][ACCURACY]
    yield w["head.bias"][ACCURACY]
    output = made_by[joined[-1].input[ACCURACY]]
    yield from reversed(list(walk(output, made_by, constants))[1:3])


def chain(column, made_by, constants):
    """A number's transform."""
    found, node = {"log": 0.0, "Sub": 0.0, "Div": 1.0}, made_by[column]
    while node.op_type != "Gather":
        if node.op_type == "Log":
            found["log"] = 1.0
        elif node.op_type in ("Sub", "Div"):
            found[node.op_type] = float(constants[node.input[1]])
        node = made_by[node.input[0]]
    return [found["log"], found["Sub"], found["Div"]]


def walk(node, made_by, constants):
    """The constants of an output, from its end: what is subtracted, added, multiplied."""
    while node.op_type != "Gather":
        if node.op_type in ("Sub", "Add", "Mul"):
            yield float(constants[node.input[1]])
        node = made_by[node.input[0]]


def norm(w, name):
    """A normalisation as a factor and a summand."""
    weight, bias, mean, variance = (w[f"{name}.{kind}"] for kind in ("weight", "bias", "running_mean", "running_var"))
    scale = weight / np.sqrt(variance + 1e-5)
    return scale, bias - mean * scale


if __name__ == "__main__":
    main(*sys.argv[1:])
