import json, math, os, sys, time

params = json.loads(os.environ["TUNE_PARAMS"]) if "TUNE_PARAMS" in os.environ else json.loads(sys.argv[1])
loss = (math.log10(params["lr"]) + 3) ** 2 + 1 / params["layers"]
loss += (params["momentum"] - 0.9) ** 2 if params["optimizer"] == "sgd" else 0.1
print(json.dumps({"loss": loss}))
open(os.environ["ENDS"], "a").write(f"{time.time()}\n")
