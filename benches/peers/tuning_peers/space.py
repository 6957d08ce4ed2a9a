"""Search spaces that every peer's own vocabulary can be made of."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log


@dataclass(frozen=True)
class Parameter:
    """One parameter: `kind` is `float`, `int` or `choice`; `when` names a choice and the values that make it exist."""

    name: str
    kind: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    step: float | None = None
    choices: tuple = ()
    when: tuple[str, tuple] | None = None

    def active(self, params: dict) -> bool:
        """Whether it exists beside these values (parents come first)."""
        if self.when is None:
            return True
        parent, values = self.when
        return params.get(parent) in values

    def at(self, u: float):
        """The value at this place of the unit interval; cells of a list have equal width."""
        u = min(max(u, 0.0), 1.0)
        if self.kind == "choice":
            return self.choices[min(int(u * len(self.choices)), len(self.choices) - 1)]
        if self.kind == "int":
            if self.log:
                low, high = log(self.low - 0.5), log(self.high + 0.5)
                value = round(exp(low + u * (high - low)))
            else:
                value = int(self.low) + int(u * (self.high - self.low + 1))
            return int(min(max(value, self.low), self.high))
        if self.log:
            value = exp(log(self.low) + u * (log(self.high) - log(self.low)))
        elif self.step:
            cells = round((self.high - self.low) / self.step) + 1
            value = self.low + self.step * min(int(u * cells), cells - 1)
        else:
            value = self.low + u * (self.high - self.low)
        return min(max(value, self.low), self.high)


def real(name, low, high, log=False, step=None, when=None) -> Parameter:
    """A float parameter."""
    return Parameter(name, "float", low, high, log, step, when=when)


def integer(name, low, high, log=False, when=None) -> Parameter:
    """An integer parameter, both ends included."""
    return Parameter(name, "int", low, high, log, when=when)


def choice(name, choices, when=None) -> Parameter:
    """A parameter without an order."""
    return Parameter(name, "choice", choices=tuple(choices), when=when)


def at(space: list[Parameter], point) -> dict:
    """The values at a point of the unit cube, without those that do not exist there."""
    params = {}
    for parameter, u in zip(space, point):
        if parameter.active(params):
            params[parameter.name] = parameter.at(float(u))
    return params
