"""Random search with a fault, if a file `fault` says so. For tests alone: how not to write a strategy."""

import json
import os
import pathlib
import random
import subprocess
import sys
import time

fault = pathlib.Path("fault").read_text() if pathlib.Path("fault").exists() else ""
log = open("told.log", "a")
ended = 0


def answer(message):
    text = message if isinstance(message, str) else json.dumps(message)
    os.write(1, f"{text}\n".encode())  # at once, also if it is two lines


def asked(seeds):
    if fault == "crash":
        print("about to divide", file=sys.stderr)
        1 / 0
    if fault == "hang":
        time.sleep(1000)
    if fault == "orphan":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", sys.argv[1]])
        print("left a child behind", file=sys.stderr)
        sys.exit(3)
    if fault == "chatter":
        return "Epoch 1: so far so good"
    if fault == "keys":
        return {"asked": [{"parms": {"x": 0.5, "kind": "a"}}]}
    if fault == "outside":
        return {"asked": [{"params": {"x": 1.5, "kind": "a"}}]}
    if fault == "kind":
        return {"asked": [{"params": {"x": 0.5, "kind": 7}}]}
    if fault == "many":
        seeds = seeds * 3
    if fault == "empty":
        return {"asked": []}
    if fault == "fails":
        return {"error": "the model cannot be fitted"}
    kinds = {"asked": [{"params": {"x": random.Random(seed).random(), "kind": "a"}} for seed in seeds]}
    return json.dumps(kinds) + "\n{}" if fault == "two lines" else kinds


for line in sys.stdin:
    log.write(line)
    log.flush()
    message = json.loads(line)
    if "problem" in message:
        if fault == "refuses":
            answer({"unsupported": "it knows nothing but integers"})
        elif fault == "other protocol":
            answer({"ready": {"protocol": 9}})
        else:
            answer({"ready": True})
    elif "tell" in message:
        ended += message["tell"]["event"] == "ended"
        if fault == "answers facts" and ended >= 3:
            answer({"told": True})
    elif ended >= 3 or fault in ("", "orphan"):
        answer(asked(message["ask"]["seeds"]))
    else:
        fault, after = "", fault
        answer(asked(message["ask"]["seeds"]))
        fault = after
