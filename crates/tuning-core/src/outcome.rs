//! How a trial ends: [`Outcome`], and why one [failed](Failure). A failed trial is an outcome, not an error.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::Values;

/// What ended a trial's evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It ran to its end (or to the fidelity it was asked for) with these values.
    Completed(Values),
    /// It was stopped early, because a pruner said so.
    Stopped,
    /// It has no value.
    Failed(Failure),
}

impl Outcome {
    /// The values of a completed trial.
    #[must_use]
    pub fn values(&self) -> Option<&Values> {
        match self {
            Self::Completed(values) => Some(values),
            _ => None,
        }
    }

    /// Why it failed, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Shorthand for `Outcome::Failed(Failure::new(kind, reason))`.
    #[must_use]
    pub fn failed(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self::Failed(Failure::new(kind, reason))
    }
}

/// Why a trial has no value: its class, which a retry policy looks at, and a reason for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// The class of the failure.
    pub kind: FailureKind,
    /// What happened, for people.
    pub reason: Arc<str>,
}

impl Failure {
    /// A failure of this class with a reason for people.
    #[must_use]
    pub fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into().into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reason.is_empty() {
            self.kind.fmt(f)
        } else {
            write!(f, "{}: {}", self.kind, self.reason)
        }
    }
}

/// The classes of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The objective returned an error.
    Error,
    /// The objective panicked.
    Panicked,
    /// A value was NaN or infinite.
    NonFinite,
    /// It ran longer than it was allowed to.
    TimedOut,
    /// The parameters are not allowed together (a broken constraint): trying again is useless.
    Infeasible,
    /// The worker that ran it disappeared.
    Lost,
    /// It was cancelled.
    Cancelled,
}

impl FailureKind {
    /// All classes, in order.
    pub const ALL: [Self; 7] = [
        Self::Error,
        Self::Panicked,
        Self::NonFinite,
        Self::TimedOut,
        Self::Infeasible,
        Self::Lost,
        Self::Cancelled,
    ];

    /// The class as one snake_case word, as in the journal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panicked => "panicked",
            Self::NonFinite => "non_finite",
            Self::TimedOut => "timed_out",
            Self::Infeasible => "infeasible",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('_', " "))
    }
}
