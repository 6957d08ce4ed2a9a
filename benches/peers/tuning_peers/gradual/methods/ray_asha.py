"""Ray Tune's ASHA over its default search, random. The scheduler alone: starting Ray's workers would only take time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from ray.tune.schedulers import AsyncHyperBandScheduler

from ...space import at
from ..clock import Work


class RayAsha:
    """One study with its defaults: rungs at 1, 4, 16, …, one bracket, trials stop and never pause."""

    def __init__(self, space, epochs, seed, workers):
        self._scheduler = AsyncHyperBandScheduler(time_attr="epoch", metric="loss", mode="min", max_t=epochs)
        self._space, self._epochs, self._draw, self._trials = space, epochs, np.random.default_rng([seed, 54321]), []

    def ask(self):
        """A random point."""
        trial = SimpleNamespace(trial_id=str(len(self._trials)))
        self._trials.append(trial)
        self._scheduler.on_trial_add(None, trial)
        return Work(len(self._trials) - 1, at(self._space, self._draw.random(len(self._space))), 0, self._epochs)

    def report(self, trial, at, loss):
        """Whether the scheduler lets it live."""
        return self._scheduler.on_trial_result(None, self._trials[trial], {"epoch": at, "loss": loss}) == "CONTINUE"

    def end(self, trial, at, loss):
        """What ended is complete."""
        self._scheduler.on_trial_complete(None, self._trials[trial], {"epoch": at, "loss": loss})
