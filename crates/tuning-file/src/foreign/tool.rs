//! [`Tool`]: whose file it is.

use std::fmt;

use crate::document::{Node, Value};

/// A tool whose files are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Katib,
    Nni,
    Hydra,
    Ray,
    Orion,
    Determined,
    ConfigSpace,
    AzureMl,
    SageMaker,
    Vizier,
}

impl Tool {
    /// The tool that a file is of, by what no study file has.
    pub(crate) fn of(root: &Node) -> Option<Self> {
        let Value::Map(entries) = &root.value else {
            return None;
        };
        let has = |key: &str| root.get(key).is_some();
        let text = |key: &str| root.get(key).and_then(Node::as_text).unwrap_or_default();
        let is_map =
            |key: &str| matches!(root.get(key).map(|node| &node.value), Some(Value::Map(_)));
        let all = |test: &dyn Fn(&Node) -> bool| {
            !entries.is_empty() && entries.iter().all(|entry| test(&entry.node))
        };
        let any = |test: &dyn Fn(&Node) -> bool| entries.iter().any(|entry| test(&entry.node));
        let nni = [
            "searchSpace",
            "search_space_file",
            "searchSpaceFile",
            "trialCommand",
            "trial_command",
        ];
        if text("apiVersion").starts_with("kubeflow.org/") && text("kind") == "Experiment" {
            Some(Self::Katib)
        } else if nni.into_iter().any(has) || all(&|node| node.get("_type").is_some()) {
            Some(Self::Nni)
        } else if root
            .get("hydra")
            .is_some_and(|hydra| hydra.get("sweeper").is_some())
        {
            Some(Self::Hydra)
        } else if is_map("experiment") || has_orion(root) {
            Some(Self::Orion)
        } else if is_map("searcher") && is_map("hyperparameters") {
            Some(Self::Determined)
        } else if matches!(
            root.get("hyperparameters").map(|node| &node.value),
            Some(Value::List(_))
        ) {
            Some(Self::ConfigSpace)
        } else if text("$schema").contains("azuremlschemas")
            || (text("type") == "sweep" && has("search_space"))
            || (has("search_space") && has("sampling_algorithm"))
        {
            Some(Self::AzureMl)
        } else if has("ParameterRanges") || has("HyperParameterTuningJobConfig") {
            Some(Self::SageMaker)
        } else if has("studySpec") || has("study_spec") {
            Some(Self::Vizier)
        } else if any(&|node| node.get("run").is_some() && node.get("config").is_some()) {
            Some(Self::Ray)
        } else {
            None
        }
    }
}

/// Whether a value anywhere in a file is a prior of Orion.
fn has_orion(node: &Node) -> bool {
    match &node.value {
        Value::List(nodes) => nodes.iter().any(has_orion),
        Value::Map(entries) => entries.iter().any(|entry| has_orion(&entry.node)),
        _ => node
            .as_text()
            .is_some_and(|text| text.starts_with("orion~")),
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Katib => "Katib",
            Self::Nni => "NNI",
            Self::Hydra => "Hydra",
            Self::Ray => "Ray",
            Self::Orion => "Orion",
            Self::Determined => "Determined",
            Self::ConfigSpace => "ConfigSpace",
            Self::AzureMl => "Azure ML",
            Self::SageMaker => "SageMaker",
            Self::Vizier => "Vizier",
        })
    }
}
