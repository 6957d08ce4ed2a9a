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
        return min(low + step * chance.randrange(round((high - low) / step) + 1), high)
    u = chance.random()
    if parameter.get("log"):
        value = math.exp(math.log(low) * (1 - u) + math.log(high) * u)
    else:
        value = low * (1 - u) + high * u
    value = round(value) if parameter["kind"] == "int" else value
    return min(max(value, low), high)


def point(space, chance):
    """A value for each parameter that is active."""
    params = {}
    for parameter in space:
        value = draw(parameter, chance)  # also if it is not needed: the others then do not depend on it
        when = parameter.get("when")
        # As JSON, since Python takes True for 1.
        if when is None or json.dumps(params.get(when["parent"])) in map(json.dumps, when["values"]):
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
