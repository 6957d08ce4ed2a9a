"""hyperopt's TPE. It has no ask and tell: it is asked through its own `suggest`."""

from __future__ import annotations

import math

import hyperopt
import numpy as np
from hyperopt import hp, tpe


class HyperoptTpe:
    """One study; conditional parameters are nested choices, as its manual has them."""

    def __init__(self, space, trials, seed):
        self._space = space
        self._trials = hyperopt.Trials()
        self._domain = hyperopt.Domain(lambda _: 0.0, [_tree(p, space) for p in space if p.when is None])
        self._seeds = np.random.default_rng(seed)

    def ask(self):
        """The parameters of the next trial."""
        ids = self._trials.new_trial_ids(1)
        self._trials.refresh()
        self._doc = tpe.suggest(ids, self._domain, self._trials, int(self._seeds.integers(2**31 - 1)))[0]
        values = {key: value[0] for key, value in self._doc["misc"]["vals"].items() if value}
        params = {}
        for p in self._space:
            if p.active(params):
                value = values[p.name]
                params[p.name] = p.choices[int(value)] if p.kind == "choice" else _number(p, value)
        return params

    def tell(self, value):
        """The result of the trial asked for last."""
        failed = not math.isfinite(value)
        self._doc["state"] = hyperopt.JOB_STATE_DONE
        self._doc["result"] = {"status": "fail"} if failed else {"status": "ok", "loss": value}
        self._trials.insert_trial_docs([self._doc])
        self._trials.refresh()


def _number(p, value):
    value = min(max(value, p.low), p.high)
    return int(round(value)) if p.kind == "int" else float(value)


def _tree(p, space):
    if p.kind == "choice":
        below = [q for q in space if q.when and q.when[0] == p.name]
        shared = {q.name: _tree(q, space) for q in below}
        return hp.choice(p.name, [[c] + [shared[q.name] for q in below if c in q.when[1]] for c in p.choices])
    if p.kind == "int":
        if p.log:
            return hp.qloguniform(p.name, math.log(p.low - 0.49), math.log(p.high + 0.49), 1)
        return hp.quniform(p.name, p.low - 0.49, p.high + 0.49, 1)
    if p.log:
        return hp.loguniform(p.name, math.log(p.low), math.log(p.high))
    if p.step:
        return hp.quniform(p.name, p.low, p.high, p.step)
    return hp.uniform(p.name, p.low, p.high)
