"""The LCBench data sets, from a YAHPO surrogate (Pfisterer et al. 2022): a network that was fitted to real trainings of 52
epochs. Its curves are smooth. The loss is the validation error in per cent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...tasks.surrogates import LCBENCH, network
from ..task import GradualTask

EPOCHS = 52
# Those that the strategies were tuned on, whose figures benches/README.md has from tables of curves.
TEN = "126026 167168 167184 168331 189862 189873 189906 34539 3945 7593".split()
_BATCH = 64  # configurations at a time


def tasks(folder: str) -> list[GradualTask]:
    """A task for each data set that the network knows."""
    names = [name for name in network(folder, "lcbench")[1]["OpenML_task_id"] if name != "#na#"]
    return [_task(folder, name) for name in names]


def _task(folder, name) -> GradualTask:
    def many(params: list[dict]) -> np.ndarray:
        parts = [_errors(folder, name, params[i : i + _BATCH]) for i in range(0, len(params), _BATCH)]
        return np.concatenate(parts)

    def curve(params: dict) -> Iterator[float]:
        return iter(_errors(folder, name, [params])[0])

    tags = ("ten",) if name in TEN else ("others",)
    options = {"draws": 2000, "settled": True, "tags": tags}
    return GradualTask(f"lcbench-{name}", "lcbench", LCBENCH, EPOCHS, curve, many, **options)


def _errors(folder, name, params) -> np.ndarray:
    session, encoding = network(folder, "lcbench")
    values = np.array([[p[q.name] for q in LCBENCH] for p in params], np.float32)
    epochs = np.tile(np.arange(1, EPOCHS + 1, dtype=np.float32), len(values))[:, None]
    numbers = np.hstack([epochs, np.repeat(values, EPOCHS, axis=0)])
    kinds, floats = (one.name for one in session.get_inputs())
    codes = np.full((len(numbers), 1), encoding["OpenML_task_id"][name], np.int32)
    found = session.run(None, {kinds: codes, floats: numbers})[0]
    return (100 - found[:, 1].astype(float)).reshape(len(values), EPOCHS)
