"""`tuning`, over `tune ask-tell`."""

from __future__ import annotations

from ...methods.ask_tell import Session, parameter, values
from ..clock import Work


class Ours:
    """One study: with a fidelity, or of whole trials, which report nothing on their way. Without a strategy it is the default."""

    def __init__(self, strategy, whole, space, epochs, seed, workers):
        study = {
            "name": "fidelity",
            "parameters": {p.name: parameter(p) for p in space},
            "objective": {"name": "loss", "direction": "minimize"},
            "stop_on": {"failures": "never"},
            "workers": workers,
            "seed": seed,
        }
        if strategy:
            study["strategy"] = strategy
        if not whole:
            study["fidelity"] = {"min": 1, "max": epochs}
        self._session = Session(study)
        self._space, self._epochs, self._whole = space, epochs, whole

    def ask(self):
        """The next piece of work."""
        asked = self._session(ask=1)["asked"]
        if not isinstance(asked, list):
            return None
        work = asked[0]
        return Work(work["trial"], values(self._space, work["params"]), work.get("from", 0), work["until"] or self._epochs)

    def report(self, trial, at, loss):
        """Whether the trial shall continue."""
        if self._whole:
            return True
        return self._session(report={"trial": trial, "at": at, "values": {"loss": loss}})["verdict"] == "continue"

    def end(self, trial, at, loss):
        """The result of a piece of work is its last loss."""
        self._session(tell={"trial": trial, "values": {"loss": loss}})

    def close(self):
        """Ends the process."""
        self._session.close()
