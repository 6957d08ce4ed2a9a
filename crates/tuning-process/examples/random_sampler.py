"""Random search as a program, without any library: `strategy: {command: [python3, random_sampler.py]}`.

It reads a JSON value a line and answers what wants an answer, as the README of tuning-process describes it.
"""

import json
import math
import random
import sys


def draw(parameter, chance):
    """A value of one parameter."""
    if "choices" in parameter:
        return chance.choice(parameter["choices"])
    low, high, step = parameter["low"], parameter["high"], parameter.get("step")
    if parameter["kind"] == "int" and not parameter.get("log"):
        return chance.randrange(low, high + 1, step or 1)
    if step is not None:
        return min(round(low + step * chance.randrange(round((high - low) / step) + 1), 12), high)
    u = chance.random()
    if parameter.get("log"):
        value = math.exp(math.log(low) * (1 - u) + math.log(high) * u)
    else:
        value = low * (1 - u) + high * u
    value = round(value) if parameter["kind"] == "int" else value
    return min(max(value, low), high)


def same(a, b):
    """As JSON, since Python takes True for 1; but 1 for 1.0."""
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (a, b))
    return a == b if numbers else json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def holds(when, params, space):
    """Whether a condition holds, given the values of the parameters before."""
    if "all" in when or "any" in when:
        return (all if "all" in when else any)(holds(part, params, space) for part in when.get("all") or when["any"])
    if when["parent"] not in params:
        return False
    value = params[when["parent"]]
    if "values" in when or "not" in when:
        return ("values" in when) == any(same(value, other) for other in when.get("values", when.get("not")))
    choices = next(parameter for parameter in space if parameter["name"] == when["parent"]).get("choices", [])
    words = any(isinstance(choice, bool) or not isinstance(choice, (int, float)) for choice in choices)
    rank = (lambda choice: [same(choice, other) for other in choices].index(True)) if words else (lambda number: number)
    return (
        ("min" not in when or rank(value) >= rank(when["min"]))
        and ("above" not in when or rank(value) > rank(when["above"]))
        and ("max" not in when or rank(value) <= rank(when["max"]))
        and ("below" not in when or rank(value) < rank(when["below"]))
    )


def point(space, chance):
    """A value for each parameter that is active."""
    params = {}
    for parameter in space:
        value = draw(parameter, chance)  # also if it is not needed: the others then do not depend on it
        when = parameter.get("when")
        if when is None or holds(when, params, space):
            params[parameter["name"]] = value
    return params


def answer(message):
    print(json.dumps(message), flush=True)


space = []
for line in sys.stdin:
    message = json.loads(line)
    if "problem" in message:
        # A new study: nothing of the last one is left.
        space = message["problem"]["space"]
        answer({"ready": {"protocol": 1}})
    elif "ask" in message:
        seeds = message["ask"]["seeds"]
        answer({"asked": [{"params": point(space, random.Random(seed))} for seed in seeds]})
    # Random search learns nothing from {"tell": …}; another strategy would, there and only there.
