"""The YAHPO surrogates (Pfisterer et al. 2022): networks fitted to real trainings. They are smooth, which flatters
model-based methods. The folder has `lcbench`, `rbv2_xgboost` and `rbv2_rpart`, each with `model.onnx` and `encoding.json`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from ..space import choice, integer, real
from ..task import Task

_LOW, _HIGH = 0.0009118819655545162, 1096.6331584284585
_IMPUTE = ["impute.mean", "impute.median", "impute.hist"]

LCBENCH = [
    integer("batch_size", 16, 512, log=True),
    real("learning_rate", 1e-4, 1e-1, log=True),
    real("momentum", 0.1, 0.99),
    real("weight_decay", 1e-5, 0.1),
    integer("num_layers", 1, 5),
    integer("max_units", 64, 1024, log=True),
    real("max_dropout", 0, 1),
]


def tasks(folder: str) -> list[Task]:
    """16 tasks of three families."""
    made = [_lcbench(folder, n) for n in ("167168", "189873", "189906", "3945", "34539", "126026")]
    made += [_xgboost(folder, n) for n in ("12", "1501", "16", "40499", "40981", "1489")]
    made += [_rpart(folder, n) for n in ("41138", "4135", "40981", "1489")]
    return made


@cache
def network(folder, name):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    home = Path(folder) / name
    return onnxruntime.InferenceSession(str(home / "model.onnx"), options), json.loads((home / "encoding.json").read_text())


def _run(folder, name, categories, numbers):
    session, _ = network(folder, name)
    inputs = session.get_inputs()
    feed = {inputs[0].name: np.array([categories], np.int32), inputs[1].name: np.array([numbers], np.float32)}
    return session.run(None, feed)[0][0]


def _lcbench(folder, dataset) -> Task:
    def f(p, _):
        code = network(folder, "lcbench")[1]["OpenML_task_id"][dataset]
        return float(100 - _run(folder, "lcbench", [code], [52] + [p[q.name] for q in LCBENCH])[1])

    return Task(f"lcbench-{dataset}", "surrogate", LCBENCH, f)


def _xgboost(folder, dataset) -> Task:
    trees, dart = ("booster", ("gbtree", "dart")), ("booster", ("dart",))
    space = [
        choice("booster", ["gblinear", "gbtree", "dart"]),
        choice("impute", _IMPUTE),
        integer("nrounds", 7, 2981, log=True),
        real("lambda", _LOW, _HIGH, log=True),
        real("alpha", _LOW, _HIGH, log=True),
        real("subsample", 0.1, 1),
        real("eta", _LOW, 1, log=True, when=trees),
        real("gamma", 4.5399929762484854e-05, 7.38905609893065, log=True, when=trees),
        integer("max_depth", 1, 15, when=trees),
        real("min_child_weight", 2.718281828459045, 148.4131591025766, log=True, when=trees),
        real("colsample_bytree", 0.01, 1, when=trees),
        real("colsample_bylevel", 0.01, 1, when=trees),
        real("rate_drop", 0, 1, when=dart),
        real("skip_drop", 0, 1, when=dart),
    ]
    order = "nrounds eta gamma lambda alpha subsample max_depth min_child_weight colsample_bytree colsample_bylevel"
    order = [*order.split(), "rate_drop", "skip_drop"]

    def f(p, _):
        code = network(folder, "rbv2_xgboost")[1]
        kinds = [code["task_id"][dataset], code["booster"][p["booster"]], code["num.impute.selected.cpo"][p["impute"]]]
        numbers = [p.get(name, 0) for name in order] + [1.0, 10]
        return float(1 - _run(folder, "rbv2_xgboost", kinds, numbers)[0])

    return Task(f"xgboost-{dataset}", "surrogate", space, f)


def _rpart(folder, dataset) -> Task:
    space = [choice("impute", _IMPUTE), real("cp", _LOW, 1, log=True), integer("maxdepth", 1, 30)]
    space += [integer("minbucket", 1, 100), integer("minsplit", 1, 100)]

    def f(p, _):
        code = network(folder, "rbv2_rpart")[1]
        kinds = [code["task_id"][dataset], code["num.impute.selected.cpo"][p["impute"]]]
        numbers = [p["cp"], p["maxdepth"], p["minbucket"], p["minsplit"], 1.0, 10]
        return float(1 - _run(folder, "rbv2_rpart", kinds, numbers)[0])

    return Task(f"rpart-{dataset}", "surrogate", space, f)
