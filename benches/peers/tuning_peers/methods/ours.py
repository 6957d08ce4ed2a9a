"""`tuning`, driven as any language drives it: `tune ask-tell` over standard input and output."""

from __future__ import annotations

import json
import math
import os
import subprocess


class Ours:
    """One study of one strategy in a process of its own."""

    def __init__(self, strategy, space, trials, seed, objectives=("loss",)):
        program = os.environ.get("TUNE", "tune")
        self._process = subprocess.Popen(
            [program, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        study = {
            "name": "peers",
            "parameters": {p.name: _parameter(p) for p in space},
            "objectives": [{"name": name, "direction": "minimize"} for name in objectives],
            "strategy": strategy,
            "budget": {"trials": trials},
            "stop_on": {"failures": "never"},
            "seed": seed,
        }
        self._call({"study": study})
        self._kinds = {p.name: p for p in space}
        self._objectives = objectives

    def ask(self):
        """The parameters of the next trial."""
        asked = self._call({"ask": 1})["asked"]
        if not isinstance(asked, list):
            return None  # the space is exhausted
        self._trial = asked[0]["trial"]
        return {name: _value(self._kinds[name], value) for name, value in asked[0]["params"].items()}

    def tell(self, *values):
        """The result of the trial asked for last, a value for each objective."""
        if all(math.isfinite(value) for value in values):
            result = {"values": dict(zip(self._objectives, values))}
        else:
            result = {"failed": f"it was {values}"}
        self._call({"tell": {"trial": self._trial, **result}})

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()

    def _call(self, request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"`tune ask-tell` ended at {request}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']} at {request}")
        return answer


def _parameter(p):
    if p.kind == "choice":
        made = {"values": list(p.choices)}
    elif p.kind == "int":
        made = {"min": int(p.low), "max": int(p.high), "type": "int"}
    else:
        made = {"min": float(p.low), "max": float(p.high), "type": "float"}
    if p.log:
        made["log"] = True
    if p.step:
        made["step"] = p.step
    if p.when:
        made["when"] = {p.when[0]: list(p.when[1])}
    return made


def _value(p, value):
    return int(value) if p.kind == "int" else value
