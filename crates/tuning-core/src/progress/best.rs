//! [`Best`]: a trial that was better than the others.

use serde::{Deserialize, Serialize};

use crate::{Fidelity, TrialId, Values, space::Params};

/// A trial that was better than the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Best {
    /// The trial.
    pub trial: TrialId,
    /// Its parameters.
    pub params: Params,
    /// Its values, in the objectives' own directions.
    pub values: Values,
    /// The fidelity at which it had them, if it has not run to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Fidelity>,
}

impl Best {
    /// This trial completed with these values.
    #[must_use]
    pub fn new(trial: TrialId, params: Params, values: Values) -> Self {
        Self {
            trial,
            params,
            values,
            at: None,
        }
    }

    /// The same, but it had them at this fidelity and has not run to its end.
    #[must_use]
    pub fn at(mut self, at: Fidelity) -> Self {
        self.at = Some(at);
        self
    }
}
