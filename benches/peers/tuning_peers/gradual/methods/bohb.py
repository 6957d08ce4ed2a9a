"""BOHB as its authors wrote it (`hpbandster`): its model and its brackets of successive halving, without the name server and
the remote workers."""

from __future__ import annotations

import logging
import warnings
from types import SimpleNamespace

import ConfigSpace as cs
import numpy as np
from hpbandster.optimizers.config_generators.bohb import BOHB
from hpbandster.optimizers.iterations import SuccessiveHalving

from ..clock import Work

_ETA = 3


class Bohb:
    """One study with its defaults, from one epoch on. When all brackets wait for results, another one begins."""

    def __init__(self, space, epochs, seed, workers):
        logging.getLogger().setLevel(logging.CRITICAL)
        warnings.filterwarnings("ignore")
        np.random.seed(seed)  # the only one that it draws from
        found = cs.ConfigurationSpace(seed=seed)
        found.add_hyperparameters([_hyperparameter(p) for p in space])
        self._model = BOHB(configspace=found)
        # `optimizers/bohb.py`: the budgets are shares of the largest, here rounded to whole epochs.
        self._many = int(np.log(epochs) / np.log(_ETA)) + 1
        self._budgets = [float(round(epochs * _ETA**-k)) for k in reversed(range(self._many))]
        self._space, self._epochs = space, epochs
        self._brackets, self._begun, self._jobs, self._at = [], 0, {}, {}

    def ask(self):
        """What the oldest bracket that does not wait has to do."""
        for bracket in self._brackets:
            if (run := bracket.get_next_run()) is not None:
                return self._work(*run)
        self._brackets = [b for b in self._brackets if not b.is_finished]
        self._brackets.append(self._bracket(self._begun))
        self._begun += 1
        return self._work(*self._brackets[-1].get_next_run())

    def _bracket(self, number):
        s = self._many - 1 - number % self._many
        first = int(np.floor(self._many / (s + 1)) * _ETA**s)
        sizes = [max(int(first * _ETA**-i), 1) for i in range(s + 1)]
        return SuccessiveHalving(
            HPB_iter=number, num_configs=sizes, budgets=self._budgets[-s - 1 :], config_sampler=self._model.get_config
        )

    def _work(self, name, config, budget):
        self._jobs[name] = (config, budget)
        params = {p.name: _value(p, config[p.name]) for p in self._space}
        return Work(name, params, self._at.get(name, 0), int(budget))

    def report(self, trial, at, loss):
        """A trial runs to its budget, whatever it reports."""
        return True

    def end(self, trial, at, loss):
        """The loss at a budget."""
        self._at[trial] = at
        config, budget = self._jobs.pop(trial)
        kwargs = {"config": config, "budget": budget}
        job = SimpleNamespace(id=trial, kwargs=kwargs, timestamps={}, result={"loss": loss}, exception=None)
        bracket = next(b for b in self._brackets if b.HPB_iter == trial[0])
        bracket.register_result(job)
        self._model.new_result(job)


def _value(p, value):
    if p.kind == "choice":
        return p.choices[[str(c) for c in p.choices].index(value)]
    return int(value) if p.kind == "int" else float(value)


def _hyperparameter(p):
    if p.kind == "choice":
        return cs.CategoricalHyperparameter(p.name, [str(c) for c in p.choices])
    if p.kind == "int":
        return cs.UniformIntegerHyperparameter(p.name, int(p.low), int(p.high), log=p.log)
    return cs.UniformFloatHyperparameter(p.name, float(p.low), float(p.high), log=p.log)
