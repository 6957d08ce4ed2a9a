//! Files of other tools: recognised in one line, and made into study files that are accepted.

use crate::support::Folder;

/// A file of a tool, the lines that its study has, and what is told to be lost.
struct Case {
    tool: &'static str,
    file: &'static str,
    text: &'static str,
    lines: &'static [&'static str],
    lost: &'static [&'static str],
}

const CASES: [Case; 12] = [
    Case {
        tool: "Katib",
        file: "katib.yaml",
        text: "apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nmetadata: {name: random}\nspec:
  objective: {type: maximize, goal: 0.99, objectiveMetricName: accuracy}
  algorithm: {algorithmName: random}\n  parallelTrialCount: 3\n  maxTrialCount: 12
  parameters:
  - {name: lr, parameterType: double, feasibleSpace: {min: \"0.01\", max: \"0.05\"}}
  - {name: decay, parameterType: double, feasibleSpace: {min: \"1e-5\", max: \"0.1\", distribution: logUniform}}
  - {name: layers, parameterType: int, feasibleSpace: {min: \"2\", max: \"5\"}}
  - {name: width, parameterType: int, feasibleSpace: {min: \"8\", max: \"30\", step: \"8\"}}
  - {name: batch, parameterType: discrete, feasibleSpace: {list: [\"16\", \"32\"]}}
  - {name: optimizer, parameterType: categorical, feasibleSpace: {list: [sgd, \"no\"]}}
  - {name: gain, parameterType: double, feasibleSpace: {min: \"0\", max: \"1\", distribution: normal}}
  trialTemplate: {}\n",
        lines: &[
            "name: random",
            "objective: {name: accuracy, direction: maximize}",
            "  lr: {min: 0.01, max: 0.05}",
            "  decay: {min: 1e-5, max: 0.1, log: true}",
            "  layers: {min: 2, max: 5}",
            "  width: {min: 8, max: 24, step: 8}",
            "  batch: {values: [16, 32]}",
            "  optimizer: {values: [sgd, \"no\"]}",
            "budget: {trials: 12, target: 0.99}",
            "workers: 3",
        ],
        lost: &["`trialTemplate`", "`algorithm`", "parameter `gain`"],
    },
    Case {
        tool: "NNI",
        file: "nni.yaml",
        text: "searchSpace:
  lr: {_type: loguniform, _value: [0.0001, 0.1]}
  units: {_type: randint, _value: [4, 9]}
  drop: {_type: quniform, _value: [0, 1, 0.25]}
  act: {_type: choice, _value: [relu, null]}
  noise: {_type: normal, _value: [0, 1]}
trialCommand: python3 mnist.py\ntrialConcurrency: 2\nmaxTrialNumber: 10
tuner: {name: TPE, classArgs: {optimize_mode: minimize}}\n",
        lines: &[
            "command: \"python3 mnist.py\"",
            "objective: {name: default, direction: minimize}",
            "  lr: {min: 0.0001, max: 0.1, log: true}",
            "  units: {min: 4, max: 8}",
            "  drop: {min: 0.0, max: 1.0, step: 0.25}",
            "  act: {values: [relu, null]}",
            "budget: {trials: 10}",
            "workers: 2",
        ],
        lost: &["`tuner`", "nni.report_final_result", "parameter `noise`"],
    },
    Case {
        tool: "NNI",
        file: "search_space.json",
        text: "{\"lr\": {\"_type\": \"uniform\", \"_value\": [0.1, 1]}}",
        lines: &["  lr: {min: 0.1, max: 1.0}", "budget: {trials: 100}"],
        lost: &["the number of trials", "the command"],
    },
    Case {
        tool: "Hydra",
        file: "hydra.yaml",
        text: "defaults: [{override hydra/sweeper: optuna}]
hydra:
  sweeper:
    direction: maximize\n    study_name: sphere\n    n_trials: 20\n    n_jobs: 2\n    sampler: {seed: 1}
    params:\n      x: interval(-5.5, 5.5)\n      units: interval(1, 8)\n      lr: tag(log, interval(1e-5, 0.1))
      opt: choice(sgd, adam)\n      k: 1,2,3\n      odd: range(1, 9)\n",
        lines: &[
            "name: sphere",
            "objective: {name: loss, direction: maximize}",
            "  x: {min: -5.5, max: 5.5}",
            "  units: {min: 1, max: 8}",
            "  lr: {min: 1e-5, max: 0.1, log: true}",
            "  opt: {values: [sgd, adam]}",
            "  k: {values: [1, 2, 3]}",
            "budget: {trials: 20}",
            "workers: 2",
        ],
        lost: &["`sampler`", "parameter `odd`", "`train.py`"],
    },
    Case {
        tool: "Ray",
        file: "ray.yaml",
        text: "cartpole:\n  run: PPO\n  num_samples: 6\n  stop: {reward: 150}
  config:\n    lr: {grid_search: [0.1, 0.01]}\n    gamma: {uniform: [0.9, 1.0]}\n    env: CartPole-v1\n",
        lines: &[
            "name: cartpole",
            "  lr: {values: [0.1, 0.01]}",
            "  gamma: {min: 0.9, max: 1.0}",
            "  env: {values: [CartPole-v1]}",
            "budget: {trials: 6}",
        ],
        lost: &["`run`", "`stop`", "the objective"],
    },
    Case {
        tool: "Orion",
        file: "orion.yaml",
        text: "experiment: {name: tiny, max_trials: 30, n_workers: 4, algorithms: tpe}
lr: 'orion~loguniform(1e-5, 1.0)'\nmodel: {depth: 'orion~choices([1, 2])', n: 'orion~uniform(1, 9, discrete=True)'}\n",
        lines: &[
            "name: tiny",
            "  lr: {min: 1e-5, max: 1.0, log: true}",
            "  model.depth: {values: [1, 2]}",
            "budget: {trials: 30}",
            "workers: 4",
        ],
        lost: &["`algorithms`", "parameter `model.n`"],
    },
    Case {
        tool: "Determined",
        file: "determined.yaml",
        text: "name: mnist\nentrypoint: python3 train.py\nresources: {slots_per_trial: 1}
searcher: {name: adaptive_asha, metric: accuracy, smaller_is_better: false, max_trials: 16, max_concurrent_trials: 2}
hyperparameters:\n  lr: {type: log, base: 10, minval: -4, maxval: -1}\n  dropout: {type: double, minval: 0.2, maxval: 0.8}
  net:\n    filters: {type: int, minval: 8, maxval: 64}\n    act: {type: categorical, vals: [relu, tanh]}\n  batch: 64\n",
        lines: &[
            "command: \"python3 train.py\"",
            "objective: {name: accuracy, direction: maximize}",
            "  lr: {min: 0.0001, max: 0.1, log: true}",
            "  dropout: {min: 0.2, max: 0.8}",
            "  net.filters: {min: 8, max: 64}",
            "  net.act: {values: [relu, tanh]}",
            "  batch: {value: 64}",
            "budget: {trials: 16}",
            "workers: 2",
        ],
        lost: &["`name`", "`resources`"],
    },
    Case {
        tool: "ConfigSpace",
        file: "space.json",
        text: "{\"name\": \"s\", \"hyperparameters\": [{\"name\": \"a\", \"type\": \"uniform_float\", \"log\": false, \
               \"lower\": 0.0, \"upper\": 1.0, \"default\": 0.5}], \"conditions\": [], \"forbiddens\": [], \
               \"python_module_version\": \"0.6.0\", \"json_format_version\": 0.4}",
        lines: &["  configspace: space.json"],
        lost: &["the objective", "the command"],
    },
    Case {
        tool: "Azure ML",
        file: "azure.yaml",
        text: "$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json\ntype: sweep
trial: {command: 'python3 main.py --lr ${{search_space.lr}} --units ${{search_space.units}}'}
sampling_algorithm: random
search_space:\n  lr: {type: loguniform, min_value: -6, max_value: -1}\n  units: {type: randint, upper: 4}
  q: {type: quniform, min_value: 1, max_value: 9, q: 2}\n  b: {type: choice, values: [1, two]}
  z: {type: normal, mu: 0, sigma: 1}
objective: {goal: maximize, primary_metric: auc}\nlimits: {max_total_trials: 8, max_concurrent_trials: 2, timeout: 60}\n",
        lines: &[
            "command: \"python3 main.py --lr ${lr} --units ${units}\"",
            "objective: {name: auc, direction: maximize}",
            "  lr: {min: 0.002479, max: 0.3679, log: true}",
            "  units: {min: 0, max: 3}",
            "  q: {min: 0.0, max: 8.0, step: 2.0}",
            "  b: {values: [1, two]}",
            "budget: {trials: 8}",
        ],
        lost: &["`sampling_algorithm`", "`timeout`", "parameter `z`"],
    },
    Case {
        tool: "SageMaker",
        file: "sagemaker.json",
        text: "{\"HyperParameterTuningJobName\": \"job\", \"HyperParameterTuningJobConfig\": {\"Strategy\": \"Bayesian\", \
               \"HyperParameterTuningJobObjective\": {\"Type\": \"Minimize\", \"MetricName\": \"rmse\"}, \
               \"ResourceLimits\": {\"MaxNumberOfTrainingJobs\": 20, \"MaxParallelTrainingJobs\": 2}, \
               \"ParameterRanges\": {\"ContinuousParameterRanges\": [{\"Name\": \"eta\", \"MinValue\": \"0.01\", \
               \"MaxValue\": \"1\", \"ScalingType\": \"Logarithmic\"}], \"IntegerParameterRanges\": [{\"Name\": \"depth\", \
               \"MinValue\": \"1\", \"MaxValue\": \"9\"}], \"CategoricalParameterRanges\": [{\"Name\": \"tree\", \
               \"Values\": [\"exact\", \"hist\"]}]}}}",
        lines: &[
            "name: job",
            "objective: {name: rmse, direction: minimize}",
            "  eta: {min: 0.01, max: 1.0, log: true}",
            "  depth: {min: 1, max: 9}",
            "  tree: {values: [exact, hist]}",
            "budget: {trials: 20}",
        ],
        lost: &["`Strategy`"],
    },
    Case {
        tool: "Vizier",
        file: "vizier.yaml",
        text: "displayName: digits\nstudySpec:
  metrics: [{metricId: accuracy, goal: MAXIMIZE}]
  parameters:
  - {parameterId: lr, doubleValueSpec: {minValue: 1.0e-5, maxValue: 0.1}, scaleType: UNIT_LOG_SCALE}
  - {parameterId: drop, doubleValueSpec: {minValue: 0.0, maxValue: 0.5}, scaleType: UNIT_LINEAR_SCALE}
  - {parameterId: layers, integerValueSpec: {minValue: \"1\", maxValue: \"9\"}}
  - {parameterId: optimizer, categoricalValueSpec: {values: [adam, \"no\"]}}
  - {parameterId: batch, discreteValueSpec: {values: [16, 32, 64]}}
  - {parameterId: momentum, doubleValueSpec: {minValue: 0.1, maxValue: 1.0}, scaleType: UNIT_REVERSE_LOG_SCALE}
  algorithm: GRID_SEARCH\n  medianAutomatedStoppingSpec: {useElapsedDuration: false}
  observationNoise: HIGH\n",
        lines: &[
            "name: digits",
            "objective: {name: accuracy, direction: maximize}",
            "  lr: {min: 1e-5, max: 0.1, log: true}",
            "  drop: {min: 0.0, max: 0.5}",
            "  layers: {min: 1, max: 9}",
            "  optimizer: {values: [adam, \"no\"]}",
            "  batch: {values: [16, 32, 64]}",
            "budget: {trials: 100}",
        ],
        lost: &[
            "`algorithm`",
            "`medianAutomatedStoppingSpec`",
            "`observationNoise`",
            "parameter `momentum`",
            "the number of trials",
        ],
    },
    // The same by the names of Python's client, which has two objectives.
    Case {
        tool: "Vizier",
        file: "vizier.json",
        text: r#"{"display_name": "front", "study_spec": {"metrics": [
            {"metric_id": "loss", "goal": "MINIMIZE"}, {"metric_id": "size", "goal": "MINIMIZE"}],
            "parameters": [
            {"parameter_id": "x", "double_value_spec": {"min_value": -1.5, "max_value": 2.5}},
            {"parameter_id": "units", "integer_value_spec": {"min_value": 1, "max_value": 1024}, "scale_type": "UNIT_LOG_SCALE"},
            {"parameter_id": "kind", "categorical_value_spec": {"values": ["a", "b"]}, "conditional_parameter_specs": []}]}}"#,
        lines: &[
            "name: front",
            "  x: {min: -1.5, max: 2.5}",
            "  units: {min: 1, max: 1024, log: true}",
        ],
        lost: &["parameter `kind`"],
    },
];

#[test]
fn a_file_of_another_tool_is_recognised_in_one_line() {
    let folder = Folder::new();
    for case in &CASES {
        folder.write(case.file, case.text);
        let error = folder.ends_with(2, &["validate", case.file]).stderr;
        let line = format!(
            "this is a file of {}, not a study: `tune import`",
            case.tool
        );
        assert!(error.contains(&line), "{}: {error}", case.file);
        assert_eq!(
            error.matches(case.file).count(),
            1,
            "{}: {error}",
            case.file
        );
    }
}

#[test]
fn an_imported_study_is_accepted_and_says_what_is_lost() {
    for case in &CASES {
        let folder = Folder::new();
        folder.write(case.file, case.text);
        let told = folder
            .ends_with(0, &["import", case.file, "-o", "study.yaml"])
            .stderr;
        let study = folder.read("study.yaml");
        for line in case.lines {
            assert!(
                study.lines().any(|found| found == *line),
                "{}: no `{line}` in\n{study}",
                case.file
            );
        }
        for lost in case.lost {
            let is_told = told
                .lines()
                .any(|line| line.starts_with("not kept: ") && line.contains(lost));
            assert!(is_told, "{}: `{lost}` is not in\n{told}", case.file);
            assert!(
                study.contains(lost),
                "{}: `{lost}` is not in\n{study}",
                case.file
            );
        }
        folder.ends_with(0, &["validate", "study.yaml"]);
        // What is there is not overwritten.
        folder.ends_with(2, &["import", case.file, "-o", "study.yaml"]);
    }
}

#[test]
fn what_is_no_file_of_another_tool_is_not_imported() {
    let folder = Folder::with_study();
    let error = folder.ends_with(2, &["import", "study.yaml"]).stderr;
    assert!(error.contains("no file of a tool that is known"), "{error}");
    folder.ends_with(2, &["import", "."]);
    folder.write("broken.json", "{");
    folder.ends_with(2, &["import", "broken.json"]);
}
