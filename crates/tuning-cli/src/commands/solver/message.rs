//! The messages of kurobako's protocol for solvers, as `kurobako_core` 0.1 writes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What comes.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Incoming {
    /// Begins a study; it has no answer.
    CreateSolverCast {
        solver_id: u64,
        random_seed: u64,
        problem: ProblemSpec,
    },
    /// Ends one; it has no answer.
    DropSolverCast {
        solver_id: u64,
    },
    AskCall {
        solver_id: u64,
        next_trial_id: u64,
    },
    TellCall {
        solver_id: u64,
        trial: EvaluatedTrial,
    },
}

/// What goes.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Outgoing {
    /// The greeting.
    SolverSpecCast {
        spec: SolverSpec,
    },
    AskReply {
        trial: NextTrial,
        /// The number of the next new trial.
        next_trial_id: u64,
    },
    TellReply,
    ErrorReply {
        kind: Kind,
        message: String,
    },
}

/// What sort of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Kind {
    InvalidInput,
    Incapable,
    Other,
}

#[derive(Debug, Serialize)]
pub(super) struct SolverSpec {
    pub(super) name: String,
    pub(super) attrs: BTreeMap<&'static str, String>,
    pub(super) capabilities: Vec<&'static str>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ProblemSpec {
    pub(super) params_domain: Vec<Variable>,
    pub(super) values_domain: Vec<Variable>,
    pub(super) steps: Steps,
}

/// A parameter or a value.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) range: Range,
    pub(super) distribution: Distribution,
    /// A script in Lua that says when it is active.
    #[serde(default)]
    pub(super) constraint: Option<Value>,
}

/// Upper ends are excluded. A bound that is absent is infinite.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Range {
    Continuous {
        #[serde(default)]
        low: Option<f64>,
        #[serde(default)]
        high: Option<f64>,
    },
    Discrete {
        low: i64,
        high: i64,
    },
    Categorical {
        choices: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Distribution {
    Uniform,
    LogUniform,
}

/// Where a trial can be evaluated: after each step up to the last, or after these.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Steps {
    Last(u64),
    These(Vec<u64>),
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct NextTrial {
    pub(super) id: u64,
    /// In the order of the problem; categorical ones as the place of the choice, inactive ones as null.
    pub(super) params: Vec<Option<f64>>,
    /// How far to evaluate it, as a total.
    pub(super) next_step: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EvaluatedTrial {
    pub(super) id: u64,
    /// All to be minimised; none if the parameters cannot be evaluated.
    pub(super) values: Vec<Option<f64>>,
    /// How far it was evaluated, as a total.
    pub(super) current_step: u64,
}

impl Steps {
    pub(super) fn first(&self) -> u64 {
        match self {
            Self::Last(_) => 1,
            Self::These(steps) => steps.first().copied().unwrap_or(1),
        }
    }

    pub(super) fn last(&self) -> u64 {
        match self {
            Self::Last(last) => *last,
            Self::These(steps) => steps.last().copied().unwrap_or(1),
        }
    }
}
