"""Writes tables of learning curves for the program `fidelity`: python curves.py SURROGATES FOLDER [CONFIGURATIONS]

SURROGATES has the YAHPO networks (its folder `lcbench`: `model.onnx`, `encoding.json`). Each data set becomes
`lcb_NUMBER.curves`: how many configurations, parameters and epochs there are, where each configuration is in the unit
cube, its validation error in per cent after each epoch; numbers of four bytes, little-endian. Needs numpy and onnxruntime.
"""

import sys
from math import log
from pathlib import Path

import numpy as np

from tuning_peers.gradual.tasks import networks
from tuning_peers.gradual.tasks.networks import EPOCHS
from tuning_peers.space import at
from tuning_peers.tasks.surrogates import LCBENCH


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
    params = [at(LCBENCH, row) for row in points]
    head = np.array([*points.shape, EPOCHS], "<u4").tobytes() + points.astype("<f4").tobytes()
    Path(folder).mkdir(parents=True, exist_ok=True)
    for task in networks.tasks(surrogates):
        if "ten" in task.tags:
            name = task.name.removeprefix("lcbench-")
            Path(folder, f"lcb_{name}.curves").write_bytes(head + task.many(params).astype("<f4").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
