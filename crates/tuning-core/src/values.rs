//! [`Values`]: what an objective measured, always finite; [`Metrics`]: what else it measured.

use std::{collections::BTreeMap, fmt, slice, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

/// Finite objective values, one per objective, in the order of the study's objectives.
///
/// # Example
/// ```
/// use tuning_core::Values;
///
/// let loss = Values::one(0.25)?;
/// assert_eq!(loss.as_slice(), [0.25]);
/// assert!(Values::new([0.1, f64::NAN]).is_err());
/// # Ok::<(), tuning_core::NonFinite>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Values(Repr);

// One objective is by far the most common case: it takes no allocation.
#[derive(Clone, PartialEq)]
enum Repr {
    One(f64),
    Many(Arc<[f64]>),
}

/// A value is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("value {index} is {value}: an objective's values must be finite numbers")]
#[non_exhaustive]
pub struct NonFinite {
    /// The place of the value among the values.
    pub index: usize,
    /// The value.
    pub value: f64,
}

impl Values {
    /// The value of a single objective.
    ///
    /// # Errors
    /// If it is not finite.
    pub fn one(value: f64) -> Result<Self, NonFinite> {
        finite(0, value).map(|value| Self(Repr::One(value)))
    }

    /// The values of several objectives.
    ///
    /// # Errors
    /// If one of them is not finite.
    pub fn new(values: impl IntoIterator<Item = f64>) -> Result<Self, NonFinite> {
        let values = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| finite(index, value))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self(match values[..] {
            [value] => Repr::One(value),
            _ => Repr::Many(values.into()),
        }))
    }

    /// The values, one per objective.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        match &self.0 {
            Repr::One(value) => slice::from_ref(value),
            Repr::Many(values) => values,
        }
    }

    /// The first value: the only one in a study of one objective.
    #[must_use]
    pub fn first(&self) -> f64 {
        self.as_slice().first().copied().unwrap_or(0.0)
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// The values with `f` applied to each; `f` must keep finite numbers finite, as negation does.
    pub(crate) fn map(&self, mut f: impl FnMut(usize, f64) -> f64) -> Self {
        Self(match &self.0 {
            Repr::One(value) => Repr::One(f(0, *value)),
            Repr::Many(values) => Repr::Many(
                values
                    .iter()
                    .enumerate()
                    .map(|(index, value)| f(index, *value))
                    .collect(),
            ),
        })
    }
}

fn finite(index: usize, value: f64) -> Result<f64, NonFinite> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(NonFinite { index, value })
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.as_slice().iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{value}")?;
        }
        Ok(())
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Further measurements of a trial by name: shown, exported and summed up by a cost budget, but
/// never optimised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, f64>", into = "BTreeMap<String, f64>")]
#[expect(
    clippy::box_collection,
    reason = "most trials have none: one word each"
)]
pub struct Metrics(Option<Box<BTreeMap<String, f64>>>);

impl Metrics {
    /// Whether nothing was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|map| map.is_empty())
    }

    /// The measurement of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.as_ref()?.get(name).copied()
    }

    /// Sets a measurement; a later one of the same name replaces it. One that is not finite removes
    /// it: "no number" has no place in sums and files.
    pub fn set(&mut self, name: impl Into<String>, value: f64) {
        if value.is_finite() {
            self.0.get_or_insert_default().insert(name.into(), value);
        } else if let Some(map) = &mut self.0 {
            map.remove(&name.into());
            if map.is_empty() {
                self.0 = None;
            }
        }
    }

    /// The measurements in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0
            .iter()
            .flat_map(|map| map.iter())
            .map(|(name, value)| (name.as_str(), *value))
    }
}

impl From<BTreeMap<String, f64>> for Metrics {
    /// What is not finite is left out, as by [`set`](Metrics::set).
    fn from(mut map: BTreeMap<String, f64>) -> Self {
        map.retain(|_, value| value.is_finite());
        Self((!map.is_empty()).then(|| Box::new(map)))
    }
}

impl From<Metrics> for BTreeMap<String, f64> {
    fn from(metrics: Metrics) -> Self {
        metrics.0.map(|map| *map).unwrap_or_default()
    }
}

impl<N: Into<String>> FromIterator<(N, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (N, f64)>>(pairs: I) -> Self {
        let mut metrics = Self::default();
        for (name, value) in pairs {
            metrics.set(name, value);
        }
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_not_finite_are_refused_with_their_place() {
        let error = Values::new([1.0, f64::NEG_INFINITY]).unwrap_err();
        assert_eq!((error.index, error.value), (1, f64::NEG_INFINITY));
        assert!(serde_json::from_str::<Values>("[1.0, 1e999]").is_err());
    }

    #[test]
    fn metrics_forget_what_is_not_a_number() {
        let mut metrics = Metrics::from_iter([("loss", 0.5), ("gap", f64::NAN)]);
        assert_eq!(metrics.iter().collect::<Vec<_>>(), [("loss", 0.5)]);
        metrics.set("loss", f64::INFINITY);
        assert!(metrics.is_empty());
        let map = BTreeMap::from([("gap".to_owned(), f64::NAN)]);
        assert!(Metrics::from(map).is_empty());
    }

    #[test]
    fn metrics_without_entries_are_equal_however_they_came_about() {
        let mut emptied = Metrics::from_iter([("loss", 0.5)]);
        emptied.set("loss", f64::NAN);
        assert_eq!(emptied, Metrics::default());
    }

    #[test]
    fn one_value_is_one_value_however_it_was_made() {
        assert_eq!(Values::one(2.0), Values::new([2.0]));
        assert_eq!(serde_json::from_str::<Values>("[2]").unwrap().first(), 2.0);
    }
}
