"""A session of `tune ask-tell`, and the parts of a study file that spaces become."""

from __future__ import annotations

import json
import os
import subprocess


class Session:
    """One study in a process of its own, kept in memory."""

    def __init__(self, study: dict):
        program = os.environ.get("TUNE", "tune")
        self._process = subprocess.Popen(
            [program, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self(study=study)

    def __call__(self, **request) -> dict:
        """Sends a request, and returns the answer to it."""
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"`tune ask-tell` ended at {request}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']} at {request}")
        return answer

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()


def parameter(p) -> dict:
    """A parameter as a study file has it."""
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


def values(space, params: dict) -> dict:
    """What an answer says of a trial's parameters, with integers as such."""
    whole = {p.name for p in space if p.kind == "int"}
    return {name: int(value) if name in whole else value for name, value in params.items()}
