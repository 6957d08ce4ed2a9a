"""Optuna by its own ask and tell, with the defaults of each sampler."""

from __future__ import annotations

import math
import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", module="optuna")


def _sampler(name, seed):
    match name:
        case "tpe":
            return optuna.samplers.TPESampler(seed=seed)
        case "gp":
            return optuna.samplers.GPSampler(seed=seed, deterministic_objective=False)
        case "cmaes":
            return optuna.samplers.CmaEsSampler(seed=seed)
        case "nsga2":
            return optuna.samplers.NSGAIISampler(seed=seed)
    raise ValueError(name)


class OptunaStudy:
    """One study in memory."""

    def __init__(self, sampler, space, trials, seed, objectives=("loss",)):
        self._space = space
        self._study = optuna.create_study(sampler=_sampler(sampler, seed), directions=["minimize"] * len(objectives))

    def ask(self):
        """The parameters of the next trial, suggested in the order of the space."""
        self._trial = self._study.ask()
        params = {}
        for p in self._space:
            if p.active(params):
                params[p.name] = suggest(self._trial, p)
        return params

    def tell(self, *values):
        """The result of the trial asked for last, a value for each objective."""
        if all(math.isfinite(value) for value in values):
            self._study.tell(self._trial, list(values))
        else:
            self._study.tell(self._trial, state=optuna.trial.TrialState.FAIL)


def suggest(trial, p):
    """One parameter, in the vocabulary that Optuna and Rustuna share."""
    if p.kind == "choice":
        return trial.suggest_categorical(p.name, list(p.choices))
    if p.kind == "int":
        return trial.suggest_int(p.name, int(p.low), int(p.high), log=p.log)
    return trial.suggest_float(p.name, p.low, p.high, log=p.log, step=p.step)
