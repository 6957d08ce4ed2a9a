"""Rustuna: Optuna's vocabulary in front of Rust, with its multivariate TPE."""

from __future__ import annotations

import math

import rustuna

from .optuna_study import suggest


class RustunaStudy:
    """One study in memory."""

    def __init__(self, space, trials, seed):
        self._space = space
        sampler = rustuna.samplers.TPESampler(seed=seed, multivariate=True)
        self._study = rustuna.create_study(sampler=sampler)

    def ask(self):
        """The parameters of the next trial."""
        self._trial = self._study.ask()
        params = {}
        for p in self._space:
            if p.active(params):
                params[p.name] = suggest(self._trial, p)
        return params

    def tell(self, value):
        """The result of the trial asked for last."""
        if math.isfinite(value):
            self._study.tell(self._trial.number, value)
        else:
            self._study.tell(self._trial.number, state=rustuna.trial.TrialState.FAIL)
