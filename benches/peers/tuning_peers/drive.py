"""One study of a method, trial by trial."""

from __future__ import annotations


def drive(method, trials, objective):
    """The parameters of each trial and what the objective made of them, a tuple of values."""
    for _ in range(trials):
        params = method.ask()
        values = objective(params)
        method.tell(*values)
        yield params, values
    if hasattr(method, "close"):
        method.close()
