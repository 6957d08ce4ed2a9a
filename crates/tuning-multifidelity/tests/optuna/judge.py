"""Judges histories by Optuna's pruners: a line of JSON in for each, a line of verdicts out, a digit for each report."""

import json
import sys
import warnings

import optuna
from optuna import pruners
from optuna.trial import TrialState

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def percentile(options):
    return {
        "n_startup_trials": options["startup"],
        "n_warmup_steps": options["warmup"],
        "interval_steps": options["interval"],
        "n_min_trials": options["min_trials"],
    }


def pruner(described):
    ((name, options),) = described.items()
    match name:
        case "median":
            return pruners.MedianPruner(**percentile(options))
        case "percentile":
            return pruners.PercentilePruner(options["percentile"], **percentile(options))
        case "threshold":
            return pruners.ThresholdPruner(
                lower=options["lower"],
                upper=options["upper"],
                n_warmup_steps=options["warmup"],
                interval_steps=options["interval"],
            )
        case "patience":
            inner = options["inner"] and pruner(options["inner"])
            return pruners.PatientPruner(inner, options["patience"], options["tolerance"])
        case "wilcoxon":
            return pruners.WilcoxonPruner(p_threshold=options["p"], n_startup_steps=options["startup"])
    raise ValueError(name)


def verdicts(history):
    study = optuna.create_study(direction=history["direction"], pruner=pruner(history["pruner"]))
    trials = {}
    for kind, number, *rest in history["events"]:
        match kind:
            case "start":
                trials[number] = study.ask()
            case "report":
                at, value = rest
                trials[number].report(value, at)
                yield "1" if trials[number].should_prune() else "0"
            case "complete":
                study.tell(trials[number], rest[0])
            case "stop":
                study.tell(trials[number], state=TrialState.PRUNED)
            case "fail":
                study.tell(trials[number], state=TrialState.FAIL)


def main(histories, said):
    with open(histories) as lines, open(said, "w") as out:
        for line in lines:
            out.write("".join(verdicts(json.loads(line))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
