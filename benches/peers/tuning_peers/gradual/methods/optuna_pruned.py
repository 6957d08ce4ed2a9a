"""Optuna: its TPE with one of its pruners, all with their defaults. It cannot pause: what is pruned has ended."""

from __future__ import annotations

import optuna

from ...methods.optuna_study import suggest
from ..clock import Work


def _pruner(name, epochs):
    match name:
        case "none":
            return optuna.pruners.NopPruner()
        case "median":
            return optuna.pruners.MedianPruner()
        case "sha":
            return optuna.pruners.SuccessiveHalvingPruner()
        case "hyperband":
            return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs)
    raise ValueError(name)


class OptunaPruned:
    """One study in memory. Hyperband draws brackets by the study's name, so the seed is in it."""

    def __init__(self, pruner, space, epochs, seed, workers):
        sampler = optuna.samplers.TPESampler(seed=seed)
        name = f"fidelity-{seed}"
        self._study = optuna.create_study(study_name=name, sampler=sampler, pruner=_pruner(pruner, epochs))
        self._space, self._epochs, self._running = space, epochs, {}

    def ask(self):
        """The parameters of the next trial, suggested in the order of the space."""
        trial = self._study.ask()
        params = {}
        for p in self._space:
            if p.active(params):
                params[p.name] = suggest(trial, p)
        self._running[trial.number] = trial
        return Work(trial.number, params, 0, self._epochs)

    def report(self, trial, at, loss):
        """Whether the pruner lets it live."""
        self._running[trial].report(loss, at)
        return not self._running[trial].should_prune()

    def end(self, trial, at, loss):
        """Pruned, unless it is whole."""
        running = self._running.pop(trial)
        if at < self._epochs:
            self._study.tell(running, state=optuna.trial.TrialState.PRUNED)
        else:
            self._study.tell(running, loss)
