//! [`Amended`]: the space of a study that had begun was changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::space::{Literal, Params, ParamsError, Space, Value};

/// The space of a study that had begun was changed: it searches here from now on.
///
/// Trials from before stay where they fit: the strategy is told of them as if they had been foreign trials of the new space. Those
/// that do not fit are kept, and it is not told of them.
///
/// # Example
/// ```
/// use tuning_core::{Amended, Parameter, Space};
///
/// let old = Space::new([Parameter::float("lr", 1e-5, 1e-1), Parameter::bool("bias")])?;
/// let new = Space::new([Parameter::float("lr", 1e-3, 1.0), Parameter::float("dropout", 0.0, 0.5)])?;
/// let amended = Amended::new(new).default("dropout", 0.0);
///
/// let trial = old.params([("lr", 0.01.into()), ("bias", true.into())] as [(_, tuning_core::Literal); 2])?;
/// assert_eq!(amended.carry(&trial)?.to_string(), "lr=0.01 dropout=0");
/// let outside = old.params([("lr", 1e-5.into()), ("bias", true.into())] as [(_, tuning_core::Literal); 2])?;
/// assert!(amended.carry(&outside).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Amended {
    /// Where it searches from now on.
    pub space: Space,
    /// What trials from before had in parameters that they lack, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub defaults: BTreeMap<String, Literal>,
    /// How many trials from before do not fit it.
    #[serde(default)]
    pub outside: u64,
}

impl Amended {
    /// It searches in this space from now on.
    #[must_use]
    pub fn new(space: Space) -> Self {
        Self {
            space,
            defaults: BTreeMap::new(),
            outside: 0,
        }
    }

    /// Sets what trials from before had in a parameter that they lack.
    #[must_use]
    pub fn default(mut self, parameter: impl Into<String>, value: impl Into<Literal>) -> Self {
        self.defaults.insert(parameter.into(), value.into());
        self
    }

    /// Returns the parameters of a trial from before as those of the new space: without those that are gone or not active in it, and
    /// with the defaults of those that it lacks.
    ///
    /// # Errors
    /// If they do not fit: a value is not in its domain any more, or one is missing that has no default.
    pub fn carry(&self, params: &Params) -> Result<Params, ParamsError> {
        let space = &self.space;
        let mut values: Vec<Option<Value>> = vec![None; space.len()];
        let mut carried: Vec<(&str, Literal)> = Vec::with_capacity(space.len());
        // Each comes behind those that it depends on.
        for (place, parameter) in space.parameters().iter().enumerate() {
            if !space.is_active(place, |parent| values.get(parent).copied().flatten()) {
                continue;
            }
            let name = parameter.name();
            let value = params
                .get(name)
                .or_else(|| self.defaults.get(name).cloned());
            if let Some(value) = value {
                values[place] = parameter.domain().value_of(&value);
                carried.push((name, value));
            }
        }
        space.params(carried)
    }
}
