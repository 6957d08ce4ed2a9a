"""Every method by name, made of (space, epochs of a whole trial, seed, workers)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version


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


def _syne_new(scheduler, *args):
    from .syne_new import SyneNew

    return SyneNew(scheduler, *args)


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
    "syne16-asha": partial(_syne_new, "asha"),
    "syne16-bohb": partial(_syne_new, "bohb"),
    "syne16-bore": partial(_syne_new, "bore"),
    "syne16-cqr": partial(_syne_new, "cqr"),
    "syne-mobster": partial(_syne, "mobster"),
    "syne-hypertune": partial(_syne, "hypertune"),
    "syne-dyhpo": partial(_syne, "dyhpo"),
}

# Minutes a study: what is slow runs with fewer seeds.
SLOW = {"syne-mobster", "syne-hypertune", "syne-dyhpo"}

# The package of the methods whose names begin with a word, and its version where that matters.
_PACKAGES = {
    "optuna": ("optuna", ""),
    "bohb": ("hpbandster", ""),
    "ray": ("ray", ""),
    "syne": ("syne-tune", "0.13"),
    "syne16": ("syne-tune", "0.16"),
}


def missing(name: str) -> str | None:
    """What this environment lacks for a method: the old and the new Syne Tune do not go into one."""
    package, wanted = _PACKAGES.get(name.split("-")[0], ("numpy", ""))
    try:
        found = version(package)
    except PackageNotFoundError:
        found = "none"
    return None if found != "none" and found.startswith(wanted) else f"{package} {wanted}".strip()
