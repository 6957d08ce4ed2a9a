//! [`Spec`]: the name and the options of a strategy or a pruner.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::space::Scalar;

/// The name and the options of a strategy or a pruner, as a study's journal keeps them.
///
/// Options of parts are written with dots: `inner.name`, `resolution.lr`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// Its options, defaults included.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Scalar>,
}

impl Spec {
    /// One of this name without options.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            options: BTreeMap::new(),
        }
    }

    /// The same with one more option. A number that is not finite is kept as a text (`inf`, `NaN`),
    /// since a journal in JSON cannot hold it.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Scalar>) -> Self {
        let value = match value.into() {
            Scalar::Float(value) if !value.is_finite() => Scalar::from(value.to_string()),
            value => value,
        };
        self.options.insert(name.into(), value);
        self
    }

    /// The same with the name and options of a part, under `prefix`.
    #[must_use]
    pub fn part(mut self, prefix: &str, part: Self) -> Self {
        self.options
            .insert(format!("{prefix}.name"), part.name.into());
        for (name, value) in part.options {
            self.options.insert(format!("{prefix}.{name}"), value);
        }
        self
    }

    /// Returns a line for each difference, which calls the two by `what`, such as `strategy`; none if they are the same.
    #[must_use]
    pub fn differences(&self, what: &str, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.name != other.name {
            lines.push(format!("{what}: `{}` became `{}`", self.name, other.name));
            return lines;
        }
        let names: BTreeSet<_> = self.options.keys().chain(other.options.keys()).collect();
        for name in names {
            let show = |value: Option<&Scalar>| {
                value.map_or_else(|| "absent".to_owned(), |value| format!("`{value}`"))
            };
            let (old, new) = (self.options.get(name), other.options.get(name));
            if old != new {
                lines.push(format!(
                    "{what} option `{name}`: {} became {}",
                    show(old),
                    show(new)
                ));
            }
        }
        lines
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (place, (name, value)) in self.options.iter().enumerate() {
            let separator = if place == 0 { " (" } else { ", " };
            write!(f, "{separator}{name}: {value}")?;
        }
        if self.options.is_empty() {
            Ok(())
        } else {
            f.write_str(")")
        }
    }
}
