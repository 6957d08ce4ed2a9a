"""Parameters in the words of Syne Tune, which all its versions share."""

from __future__ import annotations

from syne_tune import config_space


def domain(p):
    """One of its domains."""
    if p.kind == "choice":
        return config_space.choice(list(p.choices))
    if p.kind == "int":
        make = config_space.lograndint if p.log else config_space.randint
        return make(int(p.low), int(p.high))
    make = config_space.loguniform if p.log else config_space.uniform
    return make(float(p.low), float(p.high))
