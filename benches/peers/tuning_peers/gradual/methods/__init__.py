"""Every method by name, made of (space, epochs of a whole trial, seed, workers)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial


def _random(*args):
    from .plain import Random

    return Random(*args)


def _ours(strategy, whole, *args):
    from .ours import Ours

    return Ours(strategy, whole, *args)


def _optuna(pruner, *args):
    from .optuna_pruned import OptunaPruned

    return OptunaPruned(pruner, *args)


def _syne(scheduler, *args):
    from .syne import Syne

    return Syne(scheduler, *args)


def _ray(*args):
    from .ray_asha import RayAsha

    return RayAsha(*args)


def _bohb(*args):
    from .bohb import Bohb

    return Bohb(*args)


DEFAULT = "tuning-auto"
FULL_BUDGET = "tuning-auto-whole"

METHODS: dict[str, Callable] = {
    DEFAULT: partial(_ours, None, False),
    "tuning-freeze_thaw": partial(_ours, "freeze_thaw", False),
    "tuning-asha": partial(_ours, "asha", False),
    "tuning-hyperband": partial(_ours, "hyperband", False),
    FULL_BUDGET: partial(_ours, None, True),
    "tuning-tpe-whole": partial(_ours, "tpe", True),
    "random-whole": _random,
    "optuna-tpe-whole": partial(_optuna, "none"),
    "optuna-tpe-median": partial(_optuna, "median"),
    "optuna-tpe-sha": partial(_optuna, "sha"),
    "optuna-tpe-hyperband": partial(_optuna, "hyperband"),
    "bohb": _bohb,
    "ray-asha": _ray,
    "syne-asha": partial(_syne, "asha"),
    "syne-bohb": partial(_syne, "bohb"),
    "syne-mobster": partial(_syne, "mobster"),
    "syne-hypertune": partial(_syne, "hypertune"),
    "syne-dyhpo": partial(_syne, "dyhpo"),
}

# Minutes a study: what is slow runs with fewer seeds.
SLOW = {"syne-mobster", "syne-hypertune", "syne-dyhpo"}
