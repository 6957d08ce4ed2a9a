//! [`Warned`]: something that a person may want to mend, although the study goes on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Fidelity, TrialId};

/// Something is wrong, but the study continues. It is reported for the first trial that is affected, once in the
/// life of a study. It changes no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warned {
    /// The trial.
    pub trial: TrialId,
    /// What is wrong.
    pub warning: Warning,
}

impl Warned {
    /// This happened to that trial.
    #[must_use]
    pub const fn new(trial: TrialId, warning: Warning) -> Self {
        Self { trial, warning }
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// Work that began with a checkpoint reported a fidelity that the checkpoint had reached, as a program does that begins
    /// anew each time. Such reports are not taken, and use up no resource of the budget.
    Repeated {
        /// The fidelity of the checkpoint.
        from: Fidelity,
        /// That of the report.
        at: Fidelity,
    },
    /// Work reported a fidelity beyond the one that it was to run until, or beyond the largest one of the study. The first
    /// report there is taken, and uses up what it says; of work that is to pause, no later one is.
    Beyond {
        /// The fidelity that it was to run until.
        until: Fidelity,
        /// That of the report.
        at: Fidelity,
    },
}

impl Warning {
    /// Whether both are of one kind.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Warned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trial = self.trial;
        match self.warning {
            Warning::Repeated { from, at } => write!(
                f,
                "trial {trial} was resumed from step {from} and reported step {at} again: let it save a checkpoint and \
                 continue from it (`TUNE_CHECKPOINT_DIR`, `TUNE_FROM`), or say `resumes: false`"
            ),
            Warning::Beyond { until, at } => write!(
                f,
                "trial {trial} was to run until step {until} and reported step {at}: let it save a checkpoint and end \
                 there (`TUNE_UNTIL`)"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_a_sentence_for_people_and_a_small_object() {
        let (three, one) = (Fidelity::new(3), Fidelity::new(1));
        let warned = Warned::new(
            TrialId::new(7),
            Warning::Repeated {
                from: three,
                at: one,
            },
        );
        assert_eq!(
            serde_json::to_string(&warned).unwrap(),
            r#"{"trial":7,"warning":{"repeated":{"from":3,"at":1}}}"#
        );
        assert!(
            warned
                .to_string()
                .starts_with("trial 7 was resumed from step 3 and reported step 1 again: "),
            "{warned}"
        );
        let other = Warning::Beyond {
            until: one,
            at: three,
        };
        assert!(!other.is_like(&warned.warning));
    }
}
