"""Syne Tune's schedulers, called as its tuner calls them, without a backend."""

from __future__ import annotations

import logging
import warnings
from datetime import datetime

from syne_tune.backend.trial_status import Trial
from syne_tune.optimizer import baselines

from ..clock import Work
from .syne_space import domain

_SCHEDULERS = {
    "asha": (baselines.ASHA, {"type": "promotion"}),
    "bohb": (baselines.BOHB, {"type": "promotion"}),
    "mobster": (baselines.MOBSTER, {"type": "promotion"}),
    "hypertune": (baselines.HyperTune, {"type": "promotion"}),
    "dyhpo": (baselines.DyHPO, {}),
}


class Syne:
    """One study with the defaults of a scheduler: rungs at 1, 3, 9, 27, …, or every second epoch for DyHPO."""

    def __init__(self, scheduler, space, epochs, seed, workers):
        logging.getLogger("syne_tune").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore")
        make, options = _SCHEDULERS[scheduler]
        self._scheduler = make(
            {p.name: domain(p) for p in space},
            metric="loss", mode="min", resource_attr="epoch", max_t=epochs, random_seed=seed, **options,
        )  # fmt: skip
        self._space, self._epochs, self._trials, self._at = space, epochs, [], {}

    def ask(self):
        """A trial to begin or to resume."""
        suggestion = self._scheduler.suggest(trial_id=len(self._trials))
        if suggestion is None:
            return None
        if suggestion.spawn_new_trial_id:
            trial = Trial(len(self._trials), suggestion.config, datetime(2026, 1, 1))
            self._trials.append(trial)
            self._at[trial.trial_id] = 0
            self._scheduler.on_trial_add(trial)
        else:
            trial = self._trials[suggestion.checkpoint_trial_id]
            if suggestion.config is not None:
                trial.config = suggestion.config
        params = {p.name: trial.config[p.name] for p in self._space}
        return Work(trial.trial_id, params, self._at[trial.trial_id], self._epochs)

    def report(self, trial, at, loss):
        """Whether the scheduler lets it continue; what it pauses it may resume."""
        self._at[trial] = at
        one, result = self._trials[trial], {"loss": loss, "epoch": at}
        decision = self._scheduler.on_trial_result(one, result)
        if decision == "CONTINUE" and at < self._epochs:
            return True
        if decision == "CONTINUE":
            self._scheduler.on_trial_complete(one, result)
        else:
            self._scheduler.on_trial_remove(one)
        return False

    def end(self, trial, at, loss):
        """It was told with the last report."""
