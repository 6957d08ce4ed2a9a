"""Every optimiser by name. A method has `ask() -> params` and `tell(value)`, for one trial after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial


def _random(*args):
    from .plain import Random

    return Random(*args)


def _ours(strategy, *args):
    from .ours import Ours

    return Ours(strategy, *args)


def _optuna(sampler, *args):
    from .optuna_study import OptunaStudy

    return OptunaStudy(sampler, *args)


def _rustuna(*args):
    from .rustuna_study import RustunaStudy

    return RustunaStudy(*args)


def _hyperopt(*args):
    from .hyperopt_tpe import HyperoptTpe

    return HyperoptTpe(*args)


def _cmaes(*args):
    from .cmaes_package import CmaesPackage

    return CmaesPackage(*args)


def _skopt(*args):
    from .skopt_gp import SkoptGp

    return SkoptGp(*args)


# A method is made of (space, number of trials, seed).
METHODS: dict[str, Callable] = {
    "tuning-auto": partial(_ours, "auto"),
    "tuning-tpe": partial(_ours, "tpe"),
    "tuning-gp": partial(_ours, "gp"),
    "tuning-cmaes": partial(_ours, "cmaes"),
    "tuning-random": partial(_ours, "random"),
    "random": _random,
    "optuna-tpe": partial(_optuna, "tpe"),
    "optuna-gp": partial(_optuna, "gp"),
    "optuna-cmaes": partial(_optuna, "cmaes"),
    "rustuna-tpe": _rustuna,
    "hyperopt-tpe": _hyperopt,
    "cmaes": _cmaes,
    "skopt-gp": _skopt,
}

# Seconds a trial, roughly: what is slow runs with fewer trials and seeds where time is short.
SLOW = {"optuna-gp", "skopt-gp", "hyperopt-tpe"}

# For a look within minutes.
QUICK_METHODS = ["tuning-auto", "tuning-tpe", "random", "optuna-tpe", "rustuna-tpe", "cmaes"]
