//! [`Objective`]s and their directions. The one place where a sign flips: inside, everything is minimised.

use std::{borrow::Cow, collections::BTreeMap, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Failure, FailureKind, Metrics, Outcome, SettingError, Values, fact::Fact};

/// Which way is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better.
    #[default]
    Minimize,
    /// Larger is better.
    Maximize,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minimize => "minimize",
            Self::Maximize => "maximize",
        })
    }
}

/// A quantity to optimise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Objective {
    /// Its name, as the evaluator reports it.
    pub name: String,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
}

impl Objective {
    /// An objective of which less is better.
    #[must_use]
    pub fn minimize(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            direction: Direction::Minimize,
        }
    }

    /// An objective of which more is better.
    #[must_use]
    pub fn maximize(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            direction: Direction::Maximize,
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.direction, self.name)
    }
}

/// The objectives of a study, at least one, with distinct names. Cheap to clone.
///
/// # Example
/// ```
/// use tuning_core::{Objective, Objectives, Values};
///
/// let objectives = Objectives::new([Objective::minimize("loss"), Objective::maximize("accuracy")])?;
/// let values = Values::new([0.3, 0.9])?;
/// assert_eq!(objectives.losses(&values).as_slice(), [0.3, -0.9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Objective>", into = "Vec<Objective>")]
pub struct Objectives(Arc<[Objective]>);

impl Objectives {
    /// The objectives in this order.
    ///
    /// # Errors
    /// If there is none, or if names are empty or occur twice.
    pub fn new(objectives: impl IntoIterator<Item = Objective>) -> Result<Self, SettingError> {
        let objectives: Arc<[Objective]> = objectives.into_iter().collect();
        if objectives.is_empty() {
            return Err(SettingError::new(
                "a study needs at least one objective: name what to minimize or maximize",
            ));
        }
        for (index, objective) in objectives.iter().enumerate() {
            let name = &objective.name;
            if name.trim().is_empty() {
                return Err(SettingError::new(format!(
                    "objective {index} has an empty name: name it as the evaluator reports it"
                )));
            }
            if objectives[..index].iter().any(|other| other.name == *name) {
                return Err(SettingError::new(format!(
                    "objective `{name}` is declared twice: remove one of them"
                )));
            }
        }
        Ok(Self(objectives))
    }

    /// A single objective of which less is better.
    ///
    /// # Errors
    /// If the name is empty.
    pub fn minimize(name: impl Into<String>) -> Result<Self, SettingError> {
        Self::new([Objective::minimize(name)])
    }

    /// A single objective of which more is better.
    ///
    /// # Errors
    /// If the name is empty.
    pub fn maximize(name: impl Into<String>) -> Result<Self, SettingError> {
        Self::new([Objective::maximize(name)])
    }

    /// Returns the values as losses: the sign of every maximised objective is flipped. It is its own
    /// inverse.
    #[must_use]
    pub fn losses(&self, values: &Values) -> Values {
        values.map(|index, value| match self.0.get(index) {
            Some(objective) if objective.direction == Direction::Maximize => -value,
            _ => value,
        })
    }

    /// Returns the fact with its values as losses: what strategies and pruners are told.
    #[must_use]
    pub(crate) fn as_losses<'a>(&self, fact: &'a Fact) -> Cow<'a, Fact> {
        if self.0.iter().all(|o| o.direction == Direction::Minimize) {
            return Cow::Borrowed(fact);
        }
        match fact {
            Fact::Reported(reported) => {
                let mut reported = reported.clone();
                reported.values = self.losses(&reported.values);
                Cow::Owned(Fact::Reported(reported))
            }
            Fact::Paused(paused) => {
                let mut paused = paused.clone();
                paused.values = self.losses(&paused.values);
                Cow::Owned(Fact::Paused(paused))
            }
            Fact::Ended(ended) => {
                let mut ended = ended.clone();
                if let Outcome::Completed(values) = &mut ended.outcome {
                    *values = self.losses(values);
                }
                Cow::Owned(Fact::Ended(ended))
            }
            _ => Cow::Borrowed(fact),
        }
    }

    /// Whether `a` is at least as good as `b` in every objective and better in one (values in the
    /// objectives' own directions).
    #[must_use]
    pub fn dominates(&self, a: &Values, b: &Values) -> bool {
        let (a, b) = (self.losses(a), self.losses(b));
        let mut better = false;
        for (a, b) in a.as_slice().iter().zip(b.as_slice()) {
            if a > b {
                return false;
            }
            better |= a < b;
        }
        better
    }

    /// Splits named measurements into the objectives' values and the rest.
    ///
    /// # Errors
    /// If an objective is missing ([`FailureKind::Error`]) or not finite ([`FailureKind::NonFinite`]).
    pub fn pick(&self, mut measured: BTreeMap<String, f64>) -> Result<(Values, Metrics), Failure> {
        let mut values = Vec::with_capacity(self.0.len());
        for objective in self.0.iter() {
            let Some(value) = measured.remove(&objective.name) else {
                let known: Vec<_> = measured.keys().map(String::as_str).collect();
                let found = if known.is_empty() {
                    "nothing else".to_owned()
                } else {
                    format!("`{}`", known.join("`, `"))
                };
                return Err(Failure::new(
                    FailureKind::Error,
                    format!(
                        "no value named `{}` was reported, but {found}",
                        objective.name
                    ),
                ));
            };
            values.push(value);
        }
        let values = self.check(values)?;
        Ok((values, measured.into()))
    }

    /// Returns the values, one per objective, once they are known to be finite and as many as there
    /// are objectives.
    ///
    /// # Errors
    /// A [`FailureKind::NonFinite`] that names the objective, or a [`FailureKind::Error`] with the
    /// count expected.
    pub fn check(&self, values: Vec<f64>) -> Result<Values, Failure> {
        if values.len() != self.0.len() {
            return Err(Failure::new(
                FailureKind::Error,
                format!(
                    "{} value(s) came back for {} objective(s): return one per objective",
                    values.len(),
                    self.0.len()
                ),
            ));
        }
        Values::new(values).map_err(|error| {
            let name = &self.0[error.index].name;
            Failure::new(
                FailureKind::NonFinite,
                format!("`{name}` is {}", error.value),
            )
        })
    }
}

impl Deref for Objectives {
    type Target = [Objective];

    fn deref(&self) -> &[Objective] {
        &self.0
    }
}

impl TryFrom<Vec<Objective>> for Objectives {
    type Error = SettingError;

    fn try_from(objectives: Vec<Objective>) -> Result<Self, SettingError> {
        Self::new(objectives)
    }
}

impl From<Objectives> for Vec<Objective> {
    fn from(objectives: Objectives) -> Self {
        objectives.0.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Objectives {
        Objectives::new([Objective::minimize("loss"), Objective::maximize("accuracy")]).unwrap()
    }

    #[test]
    fn names_must_be_there_and_distinct() {
        assert!(Objectives::new([]).is_err());
        assert!(Objectives::minimize(" ").is_err());
        let twice = [Objective::minimize("a"), Objective::maximize("a")];
        assert!(
            Objectives::new(twice)
                .unwrap_err()
                .to_string()
                .contains("`a`")
        );
    }

    #[test]
    fn a_point_never_dominates_itself() {
        let (a, b) = (
            Values::new([1.0, 0.5]).unwrap(),
            Values::new([1.0, 0.6]).unwrap(),
        );
        assert!(!two().dominates(&a, &a));
        assert!(two().dominates(&b, &a));
        assert!(!two().dominates(&a, &b));
    }

    #[test]
    fn picking_tells_what_is_missing_and_what_was_there() {
        let measured = BTreeMap::from([("los".to_owned(), 1.0)]);
        let failure = two().pick(measured).unwrap_err();
        assert!(failure.reason.contains("`loss`") && failure.reason.contains("`los`"));
        let measured = [("loss", 1.0), ("accuracy", f64::NAN)].map(|(n, v)| (n.to_owned(), v));
        let failure = two().pick(measured.into()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::NonFinite);
        assert!(failure.reason.contains("accuracy"));
    }
}
