//! Tools that list their parameters, each with its name in it: Katib, Vizier, SageMaker.

use super::draft::{Draft, count, int, number, shown, text};
use crate::{
    document::{Node, Value},
    study_file::spellings::Meaning,
};

fn list(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::List(nodes)) => nodes,
        _ => &[],
    }
}

fn floats(min: Option<f64>, max: Option<f64>, log: bool, step: Option<f64>) -> Option<Meaning> {
    let (min, max) = (min?, max?);
    match step {
        None => Meaning::floats(min, max, log),
        Some(step) if step > 0.0 && !log => {
            // Steps are counted from the lower end.
            let last = min + ((max - min) / step * (1.0 + 1e-12)).floor() * step;
            let last: f64 = format!("{last:.12e}").parse().ok()?;
            Some(match Meaning::floats(min, last, false)? {
                Meaning::Floats { min, max, log, .. } => Meaning::Floats {
                    min,
                    max,
                    log,
                    step: Some(step),
                },
                other => other,
            })
        }
        Some(_) => None,
    }
}

fn ints(min: Option<i64>, max: Option<i64>, log: bool, step: Option<i64>) -> Option<Meaning> {
    let (min, max) = (min?, max?);
    match step.filter(|step| *step != 1) {
        None => Meaning::ints(min, max, log),
        Some(step) if step > 0 && !log && min <= max => Some(
            match Meaning::ints(min, min + (max - min) / step * step, false)? {
                Meaning::Ints { min, max, log, .. } => Meaning::Ints {
                    min,
                    max,
                    log,
                    step: Some(step),
                },
                other => other,
            },
        ),
        Some(_) => None,
    }
}

/// An experiment of Katib, a resource of Kubernetes.
pub(super) fn katib(root: &Node, draft: &mut Draft) {
    draft.name = root.get("metadata").and_then(|data| text(data, "name"));
    let Some(spec) = root.get("spec") else {
        return;
    };
    if let Some(objective) = spec.get("objective") {
        let maximize = text(objective, "type").as_deref() == Some("maximize");
        if let Some(name) = text(objective, "objectiveMetricName") {
            draft.objectives.push((name, maximize));
        }
        draft.target = number(objective.get("goal"));
    }
    draft.trials = count(spec.get("maxTrialCount"));
    draft.workers = count(spec.get("parallelTrialCount"));
    for parameter in list(spec.get("parameters")) {
        let name = text(parameter, "name").unwrap_or_default();
        let Some(space) = parameter.get("feasibleSpace") else {
            draft.parameter(&name, None, &shown(parameter));
            continue;
        };
        let (min, max, step) = (space.get("min"), space.get("max"), space.get("step"));
        let spread = text(space, "distribution").unwrap_or_default();
        let log = spread == "logUniform";
        let meaning = match text(parameter, "parameterType").as_deref() {
            _ if !["", "uniform", "logUniform"].contains(&&*spread) => None,
            Some("double") => floats(number(min), number(max), log, number(step)),
            Some("int") => ints(int(min), int(max), log, int(step)),
            // Their numbers are written as strings.
            Some("discrete") => {
                let numbers = list(space.get("list")).iter().map(|node| {
                    number(Some(node)).map_or_else(
                        || node.to_json(),
                        |number| match int(Some(node)) {
                            Some(int) => int.into(),
                            None => number.into(),
                        },
                    )
                });
                Meaning::values(numbers)
            }
            Some("categorical") => {
                Meaning::values(list(space.get("list")).iter().map(Node::to_json))
            }
            _ => None,
        };
        draft.parameter(&name, meaning, &shown(parameter));
    }
    draft.lose(
        spec,
        &[
            ("algorithm", "the strategy is chosen automatically; `tune strategies` lists them"),
            ("earlyStopping", "add a `pruner`; `tune pruners` lists them"),
            ("maxFailedTrialCount", "failed trials are told to the strategy, and do not end the study"),
            ("trialTemplate", "trials are not started as Kubernetes jobs: write what their container runs into `command`"),
            ("nasConfig", "there is no search of architectures"),
            ("metricsCollectorSpec", "the program prints its result: `name=value`"),
        ],
    );
}

const STOPPING: &str = "add a `pruner`; `tune pruners` lists them";
const NOISE: &str = "strategies learn the noise from the results";
const MEASUREMENT: &str = "the last value that a trial reports counts";
const LIMITS: &str = "write its limits into `budget`";

/// A study of Vizier (Google Cloud).
pub(super) fn vizier(root: &Node, draft: &mut Draft) {
    draft.name = text(root, "displayName").or_else(|| text(root, "display_name"));
    let Some(spec) = root.get("studySpec").or_else(|| root.get("study_spec")) else {
        return;
    };
    let get = |node: &Node, camel: &str, snake: &str| {
        node.get(camel).or_else(|| node.get(snake)).cloned()
    };
    for metric in list(spec.get("metrics")) {
        let name = get(metric, "metricId", "metric_id");
        if let Some(name) = name.as_ref().and_then(Node::as_text) {
            let maximize = text(metric, "goal").as_deref() == Some("MAXIMIZE");
            draft.objectives.push((name.to_owned(), maximize));
        }
    }
    for parameter in list(spec.get("parameters")) {
        let name = get(parameter, "parameterId", "parameter_id");
        let name = name.as_ref().and_then(Node::as_text).unwrap_or_default();
        let scale = get(parameter, "scaleType", "scale_type");
        let scale = scale.as_ref().and_then(Node::as_text).unwrap_or_default();
        let log = scale == "UNIT_LOG_SCALE";
        let bounds = |node: &Node| {
            (
                get(node, "minValue", "min_value"),
                get(node, "maxValue", "max_value"),
            )
        };
        let meaning = if get(
            parameter,
            "conditionalParameterSpecs",
            "conditional_parameter_specs",
        )
        .is_some()
            || scale == "UNIT_REVERSE_LOG_SCALE"
        {
            None
        } else if let Some(range) = get(parameter, "doubleValueSpec", "double_value_spec") {
            let (min, max) = bounds(&range);
            floats(number(min.as_ref()), number(max.as_ref()), log, None)
        } else if let Some(range) = get(parameter, "integerValueSpec", "integer_value_spec") {
            let (min, max) = bounds(&range);
            ints(int(min.as_ref()), int(max.as_ref()), log, None)
        } else {
            let choice = get(parameter, "categoricalValueSpec", "categorical_value_spec")
                .or_else(|| get(parameter, "discreteValueSpec", "discrete_value_spec"));
            choice.and_then(|choice| {
                Meaning::values(list(choice.get("values")).iter().map(Node::to_json))
            })
        };
        draft.parameter(name, meaning, &shown(parameter));
    }
    draft.lose(
        spec,
        &[
            (
                "algorithm",
                "the strategy is chosen automatically; `tune strategies` lists them",
            ),
            ("decayCurveStoppingSpec", STOPPING),
            ("decay_curve_stopping_spec", STOPPING),
            ("medianAutomatedStoppingSpec", STOPPING),
            ("median_automated_stopping_spec", STOPPING),
            ("convexAutomatedStoppingSpec", STOPPING),
            ("convex_automated_stopping_spec", STOPPING),
            ("observationNoise", NOISE),
            ("observation_noise", NOISE),
            ("measurementSelectionType", MEASUREMENT),
            ("measurement_selection_type", MEASUREMENT),
            ("studyStoppingConfig", LIMITS),
            ("study_stopping_config", LIMITS),
        ],
    );
}

/// A tuning job of SageMaker.
pub(super) fn sagemaker(root: &Node, draft: &mut Draft) {
    draft.name = text(root, "HyperParameterTuningJobName");
    let config = root.get("HyperParameterTuningJobConfig").unwrap_or(root);
    if let Some(objective) = config.get("HyperParameterTuningJobObjective") {
        let maximize = text(objective, "Type").as_deref() == Some("Maximize");
        if let Some(name) = text(objective, "MetricName") {
            draft.objectives.push((name, maximize));
        }
    }
    if let Some(limits) = config.get("ResourceLimits") {
        draft.trials = count(limits.get("MaxNumberOfTrainingJobs"));
        draft.workers = count(limits.get("MaxParallelTrainingJobs"));
    }
    let Some(ranges) = config.get("ParameterRanges") else {
        return;
    };
    for kind in [
        "ContinuousParameterRanges",
        "IntegerParameterRanges",
        "CategoricalParameterRanges",
    ] {
        for range in list(ranges.get(kind)) {
            let name = text(range, "Name").unwrap_or_default();
            let scale = text(range, "ScalingType").unwrap_or_default();
            let log = scale == "Logarithmic";
            let (min, max) = (range.get("MinValue"), range.get("MaxValue"));
            let meaning = match kind {
                _ if scale == "ReverseLogarithmic" => None,
                "ContinuousParameterRanges" => floats(number(min), number(max), log, None),
                "IntegerParameterRanges" => ints(int(min), int(max), log, None),
                _ => Meaning::values(list(range.get("Values")).iter().map(Node::to_json)),
            };
            draft.parameter(&name, meaning, &shown(range));
        }
    }
    draft.lose(
        config,
        &[(
            "Strategy",
            "the strategy is chosen automatically; `tune strategies` lists them",
        )],
    );
    draft.lose(
        root,
        &[(
            "TrainingJobDefinition",
            "trials are not started as training jobs: write a `command`",
        )],
    );
}
