"""`tuning`, driven as any language drives it: `tune ask-tell` over standard input and output."""

from __future__ import annotations

import math

from .ask_tell import Session, parameter, values


class Ours:
    """One study of one strategy."""

    def __init__(self, strategy, space, trials, seed, objectives=("loss",)):
        self._session = Session({
            "name": "peers",
            "parameters": {p.name: parameter(p) for p in space},
            "objectives": [{"name": name, "direction": "minimize"} for name in objectives],
            "strategy": strategy,
            "budget": {"trials": trials},
            "stop_on": {"failures": "never"},
            "seed": seed,
        })
        self._space = space
        self._objectives = objectives

    def ask(self):
        """The parameters of the next trial."""
        asked = self._session(ask=1)["asked"]
        if not isinstance(asked, list):
            return None  # the space is exhausted
        self._trial = asked[0]["trial"]
        return values(self._space, asked[0]["params"])

    def tell(self, *results):
        """The result of the trial asked for last, a value for each objective."""
        if all(math.isfinite(value) for value in results):
            result = {"values": dict(zip(self._objectives, results))}
        else:
            result = {"failed": f"it was {results}"}
        self._session(tell={"trial": self._trial, **result})

    def close(self):
        """Ends the process."""
        self._session.close()
