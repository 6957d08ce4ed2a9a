//! [`Spec`]: the name and the options of a strategy or a pruner.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::{ConfigOption, space::Literal};

/// The name and the options of a strategy or a pruner, as a study's journal keeps them.
///
/// What is inside of an option is written with dots: `inner.name`, `resolution_of.lr`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// Its options, defaults included.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Literal>,
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

    /// Adds an option. Lists and mappings are taken apart: the spec of a strategy inside becomes
    /// `inner.name` and `inner.gamma`, the first of a list `points.0`.
    ///
    /// A number that is not finite is kept as a string (`inf`, `NaN`), since a journal in JSON cannot hold it.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Literal>) -> Self {
        self.insert(name.into(), value.into());
        self
    }

    /// Adds all of these options.
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = ConfigOption>) -> Self {
        for option in options {
            self.insert(option.name().to_owned(), option.value().clone());
        }
        self
    }

    fn insert(&mut self, name: String, value: Literal) {
        let value = match value {
            Literal::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.insert(format!("{name}.{place}"), item.clone());
                }
                return;
            }
            Literal::Map(entries) => {
                for (key, item) in entries.iter() {
                    self.insert(format!("{name}.{key}"), item.clone());
                }
                return;
            }
            Literal::Float(value) if !value.is_finite() => Literal::from(value.to_string()),
            value => value,
        };
        self.options.insert(name, value);
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
            let show = |value: Option<&Literal>| {
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

/// A strategy inside another one, as an option of that: its name and its options.
impl From<Spec> for Literal {
    fn from(spec: Spec) -> Self {
        let name = ("name".into(), Self::from(spec.name));
        let options = spec.options.into_iter();
        let options = options.map(|(name, value)| (name.into(), value));
        Self::Map(std::iter::once(name).chain(options).collect())
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
