//! [`Problem`]: everything a strategy is built from.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::{Budget, Fidelity, Objectives, SettingError, space::Space};

/// What a strategy is built from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// Where to search.
    pub space: Space,
    /// What to optimise.
    pub objectives: Objectives,
    /// The ladder of a trial's resource, if trials report along the way.
    pub fidelity: Option<FidelityRange>,
    /// How much may be spent. A hint for strategies; the driver enforces it.
    pub budget: Budget,
    /// How many pieces of work can be in flight at once. A hint for strategies.
    pub parallelism: NonZeroUsize,
}

impl Problem {
    /// A problem without fidelities or limits, one piece of work at a time.
    #[must_use]
    pub fn new(space: Space, objectives: Objectives) -> Self {
        Self {
            space,
            objectives,
            fidelity: None,
            budget: Budget::default(),
            parallelism: NonZeroUsize::MIN,
        }
    }

    /// Sets the ladder of resource along which trials report.
    #[must_use]
    pub fn fidelity(mut self, fidelity: impl Into<Option<FidelityRange>>) -> Self {
        self.fidelity = fidelity.into();
        self
    }

    /// Sets the budget.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Sets how many pieces of work may be in flight at once.
    #[must_use]
    pub fn parallelism(mut self, parallelism: NonZeroUsize) -> Self {
        self.parallelism = parallelism;
        self
    }
}

/// The resource of a trial: the least that tells something, and the whole. Both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct FidelityRange {
    min: Fidelity,
    max: Fidelity,
}

impl FidelityRange {
    /// From `min` to `max`, both inclusive.
    ///
    /// # Errors
    /// If `min` is 0 or greater than `max`.
    pub fn new(min: impl Into<Fidelity>, max: impl Into<Fidelity>) -> Result<Self, SettingError> {
        let (min, max) = (min.into(), max.into());
        if min.get() == 0 || min > max {
            return Err(SettingError::new(format!(
                "fidelity range {min} to {max}: min must be at least 1 and at most max"
            )));
        }
        Ok(Self { min, max })
    }

    /// The least fidelity that tells something.
    #[must_use]
    pub const fn min(self) -> Fidelity {
        self.min
    }

    /// The fidelity of a whole trial.
    #[must_use]
    pub const fn max(self) -> Fidelity {
        self.max
    }
}

#[derive(Serialize, Deserialize)]
struct Bounds {
    min: Fidelity,
    max: Fidelity,
}

impl TryFrom<Bounds> for FidelityRange {
    type Error = SettingError;

    fn try_from(bounds: Bounds) -> Result<Self, SettingError> {
        Self::new(bounds.min, bounds.max)
    }
}

impl From<FidelityRange> for Bounds {
    fn from(range: FidelityRange) -> Self {
        Self {
            min: range.min,
            max: range.max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_fidelities_is_neither_empty_nor_from_zero() {
        for (min, max) in [(0, 9), (5, 4)] {
            let error = FidelityRange::new(min, max).unwrap_err();
            let text = format!(r#"{{"min":{min},"max":{max}}}"#);
            let read = serde_json::from_str::<FidelityRange>(&text).unwrap_err();
            assert!(read.to_string().contains(&error.to_string()), "{read}");
        }
        let one = FidelityRange::new(4, 4).unwrap();
        assert_eq!(serde_json::to_string(&one).unwrap(), r#"{"min":4,"max":4}"#);
    }
}
