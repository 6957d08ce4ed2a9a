"""Writes tables of learning curves for the program `fidelity`: python curves.py SURROGATES FOLDER [CONFIGURATIONS]

SURROGATES has the YAHPO networks (its folder `lcbench`: `model.onnx`, `encoding.json`). Each data set becomes
`lcb_NUMBER.curves`: how many configurations, parameters and epochs there are, where each configuration is in the unit
cube, its validation error in per cent after each epoch; numbers of four bytes, little-endian. Needs numpy and onnxruntime.
"""

import sys
from math import log
from pathlib import Path

import numpy as np

from tuning_peers.tasks.surrogates import LCBENCH, network

DATA_SETS = "126026 167168 167184 168331 189862 189873 189906 34539 3945 7593".split()
EPOCHS = 52


def place(parameter, u):
    """The middle of the cell where a place of the unit interval lies: integers have cells."""
    if parameter.kind != "int":
        return u
    of = log if parameter.log else float
    low, high = of(parameter.low - 0.5), of(parameter.high + 0.5)
    return (of(parameter.at(u)) - low) / (high - low)


def main(surrogates, folder, configurations="2000"):
    cube = np.random.RandomState(20261128).rand(int(configurations), len(LCBENCH))
    points = np.array([[place(p, u) for p, u in zip(LCBENCH, row)] for row in cube])
    values = np.array([[p.at(u) for p, u in zip(LCBENCH, row)] for row in points], np.float32)
    epochs = np.tile(np.arange(1, EPOCHS + 1, dtype=np.float32), len(values))[:, None]
    numbers = np.hstack([epochs, np.repeat(values, EPOCHS, axis=0)])
    session, encoding = network(surrogates, "lcbench")
    kinds, floats = (one.name for one in session.get_inputs())
    head = np.array([*points.shape, EPOCHS], "<u4").tobytes() + points.astype("<f4").tobytes()
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in DATA_SETS:
        code = encoding["OpenML_task_id"][name]
        parts = (numbers[at : at + 4096] for at in range(0, len(numbers), 4096))
        accuracy = [session.run(None, {kinds: np.full((len(p), 1), code, np.int32), floats: p})[0][:, 1] for p in parts]
        errors = (100 - np.concatenate(accuracy)).astype("<f4")
        Path(folder, f"lcb_{name}.curves").write_bytes(head + errors.tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
