"""What Syne Tune has since 0.14: schedulers that stop and never pause, over models of the last value of each trial."""

from __future__ import annotations

import logging
import warnings
from datetime import datetime

from syne_tune.backend.trial_status import Trial
from syne_tune.optimizer import baselines

from ..clock import Work
from .syne_space import domain

_SCHEDULERS = {"asha": baselines.ASHA, "bohb": baselines.BOHB, "bore": baselines.ASHABORE, "cqr": baselines.ASHACQR}


class SyneNew:
    """One study with the defaults of a scheduler: rungs at 1, 3, 9, 27, …"""

    def __init__(self, scheduler, space, epochs, seed, workers):
        logging.disable(logging.ERROR)
        warnings.filterwarnings("ignore")
        domains = {p.name: domain(p) for p in space}
        self._scheduler = _SCHEDULERS[scheduler](domains, metric="loss", time_attr="epoch", max_t=epochs, random_seed=seed)
        self._space, self._epochs, self._trials = space, epochs, []

    def ask(self):
        """A trial to begin."""
        suggestion = self._scheduler.suggest()
        if suggestion is None:
            return None
        trial = Trial(len(self._trials), suggestion.config, datetime(2026, 1, 1))
        self._trials.append(trial)
        self._scheduler.on_trial_add(trial)
        return Work(trial.trial_id, {p.name: trial.config[p.name] for p in self._space}, 0, self._epochs)

    def report(self, trial, at, loss):
        """Whether the scheduler lets it live."""
        one = self._trials[trial]
        goes_on = self._scheduler.on_trial_result(one, {"loss": loss, "epoch": at}) == "CONTINUE"
        if not goes_on:
            self._scheduler.on_trial_remove(one)
        return goes_on

    def end(self, trial, at, loss):
        """It was told with the last report."""
