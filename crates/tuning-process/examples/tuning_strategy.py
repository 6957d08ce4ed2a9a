"""What every strategy in Python needs: the conversation, and the space as points of the unit cube.

Copy this file beside your strategy. It needs nothing but Python's standard library. A strategy is a class:

    class Mine(Strategy):
        def ask(self, ask):     # a list of proposals, "wait" or "done"; leaves no trace in self
            return [propose(self.space.decode(point)) for point in ...]
        def tell(self, fact):   # the only place where self changes
            ...

    run(Mine)

Randomness comes from `ask.random(n)` alone, one stream for each new trial: then the same facts give the same proposals,
in any batch, after any restart. No clock, no `random.random()`, no global that outlives a study.
"""

import json
import math
import random
import sys


class Unsupported(Exception):
    """Raised by a constructor: the strategy cannot handle this problem, for this reason."""


class Ask:
    """A question: up to `slots` proposals, the first new one of which will be trial `next`."""

    def __init__(self, fields):
        self.slots = fields["slots"]
        self.next = fields["next"]
        self.seeds = fields["seeds"]
        self.study_seed = fields["study_seed"]
        self.trials_left = fields["trials_left"]
        self.resource_left = fields["resource_left"]

    def random(self, n, salt=0):
        """The generator for the n-th new trial of the answer."""
        return random.Random(self.seeds[n] * 1000003 + salt)


class Strategy:
    """What the others have in common: the problem. `self.options` is what the study file says."""

    def __init__(self, problem):
        self.space = Space(problem["space"])
        self.objectives = problem["objectives"]
        self.fidelity = problem["fidelity"]
        self.budget = problem["budget"]
        self.parallelism = problem["parallelism"]
        self.options = problem["options"]

    def ask(self, ask):
        raise NotImplementedError

    def tell(self, fact):
        pass


class Space:
    """The search space: `decode` makes parameters of a point of the unit cube, `encode` the other way round."""

    def __init__(self, parameters):
        self.parameters = parameters

    def __len__(self):
        return len(self.parameters)

    def decode(self, point):
        """The active parameters at a point that has one coordinate for each parameter, from 0 to 1."""
        params = {}
        for parameter, u in zip(self.parameters, point):
            when = parameter.get("when")
            if when is None or self.holds(when, params):
                params[parameter["name"]] = decode(parameter, min(max(u, 0.0), 1.0))
        return params

    def holds(self, when, params):
        """Whether a condition holds, given the values of the parameters before."""
        if "all" in when:
            return all(self.holds(part, params) for part in when["all"])
        if "any" in when:
            return any(self.holds(part, params) for part in when["any"])
        if when["parent"] not in params:
            return False  # a test of what is inactive fails, whatever it tests
        value = params[when["parent"]]
        if "values" in when:
            return any(same(value, other) for other in when["values"])
        if "not" in when:
            return not any(same(value, other) for other in when["not"])
        choices = next(p for p in self.parameters if p["name"] == when["parent"]).get("choices", [])
        # Numbers are compared as numbers, other choices by their places.
        rank = (lambda number: number) if all(map(is_number, choices)) else (lambda choice: place(choices, choice))
        return (
            ("min" not in when or rank(value) >= rank(when["min"]))
            and ("above" not in when or rank(value) > rank(when["above"]))
            and ("max" not in when or rank(value) <= rank(when["max"]))
            and ("below" not in when or rank(value) < rank(when["below"]))
        )

    def encode(self, params):
        """The coordinates of parameters, None for inactive ones."""
        return [encode(p, params[p["name"]]) if p["name"] in params else None for p in self.parameters]


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(a, b):
    """Python takes True for 1; a search space does not."""
    if is_number(a) and is_number(b):
        return a == b
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def place(choices, choice):
    """The place of a choice in its list."""
    return next(place for place, other in enumerate(choices) if same(choice, other))


def decode(parameter, u):
    """The value of a parameter at `u`, from 0 to 1, both ends included."""
    if "choices" in parameter:
        choices = parameter["choices"]
        return choices[min(int(u * len(choices)), len(choices) - 1)]
    low, high, step = parameter["low"], parameter["high"], parameter.get("step")
    if parameter["kind"] == "int":
        if parameter.get("log"):
            value = round(math.exp(between(math.log(low), math.log(high), u)))
        else:
            step = step or 1
            cells = (high - low) // step + 1
            value = low + step * min(int(u * cells), cells - 1)
        return min(max(value, low), high)
    if step is not None:
        cells = round((high - low) / step) + 1
        value = round(low + step * min(int(u * cells), cells - 1), 12)  # 0.3, not 0.30000000000000004
    elif parameter.get("log"):
        value = math.exp(between(math.log(low), math.log(high), u))
    else:
        value = between(low, high, u)
    return min(max(value, low), high)


def encode(parameter, value):
    """The place of a value: the inverse of `decode`, in the middle of its cell if it has one."""
    if "choices" in parameter:
        choices = parameter["choices"]
        place = next((k for k, choice in enumerate(choices) if same(choice, value)), 0)
        return (place + 0.5) / len(choices)
    low, high, step = parameter["low"], parameter["high"], parameter.get("step")
    if low == high:
        return 0.5
    if parameter.get("log"):
        return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
    if parameter["kind"] == "int" or step is not None:
        step = step or 1
        return (round((value - low) / step) + 0.5) / (round((high - low) / step) + 1)
    return (value / 2 - low / 2) / (high / 2 - low / 2)


def between(low, high, u):
    """Without the overflow of `high - low`."""
    return low * (1.0 - u) + high * u


def propose(params, until=None, tag=None):
    """A new trial, to run until a fidelity, or to its end."""
    return with_note({"params": params}, until, tag)


def resume(trial, until=None, tag=None):
    """Resume a paused trial."""
    return with_note({"resume": trial}, until, tag)


def fork(trial, params, until=None, tag=None):
    """A new trial that begins with the checkpoint of another one."""
    return with_note({"fork": trial, "params": params}, until, tag)


def give_up(trial):
    """End a paused trial as stopped, for good: it takes no slot, and its checkpoint may be removed."""
    return {"give_up": trial}


def with_note(proposal, until, tag):
    if until is not None:
        proposal["until"] = until
    if tag is not None:
        proposal["tag"] = str(tag)
    return proposal


def run(make):
    """Serves studies on standard input and output until the input ends. `make(problem)` makes the strategy."""
    strategy = None
    for line in sys.stdin:
        message = json.loads(line)
        if "tell" in message:
            strategy.tell(message["tell"])
        elif "ask" in message:
            answer({"asked": strategy.ask(Ask(message["ask"]))})
        elif "problem" in message:
            # Another problem begins another study: nothing of the last one is left.
            try:
                strategy = make(message["problem"])
                answer({"ready": {"protocol": 1}})
            except Unsupported as error:
                answer({"unsupported": str(error)})


def answer(message):
    sys.stdout.write(json.dumps(message, allow_nan=False) + "\n")
    sys.stdout.flush()
