//! [`SpaceDifference`]: what two spaces do not have in common.

use std::fmt;

use super::{
    condition::{Condition, Test},
    literal::Literal,
    parameter::Parameter,
    tree::Space,
};

/// A difference between an old and a new space.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SpaceDifference {
    /// A parameter is new.
    Added {
        /// The parameter.
        parameter: String,
    },
    /// A parameter is gone.
    Removed {
        /// The parameter.
        parameter: String,
    },
    /// A parameter has another domain.
    Domain {
        /// The parameter.
        parameter: String,
        /// Its old domain.
        old: String,
        /// Its new one.
        new: String,
    },
    /// A parameter has another condition.
    Condition {
        /// The parameter.
        parameter: String,
        /// Its old condition.
        old: String,
        /// Its new one.
        new: String,
    },
}

impl fmt::Display for SpaceDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { parameter } => write!(f, "parameter `{parameter}` was added"),
            Self::Removed { parameter } => write!(f, "parameter `{parameter}` was removed"),
            Self::Domain {
                parameter,
                old,
                new,
            } => write!(f, "parameter `{parameter}`: {old} became {new}"),
            Self::Condition {
                parameter,
                old,
                new,
            } => write!(f, "parameter `{parameter}` was active {old}, now {new}"),
        }
    }
}

impl Space {
    /// Returns what differs from `other`. Another order of the parameters is no difference.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<SpaceDifference> {
        differences(self, other)
    }
}

fn differences(old: &Space, new: &Space) -> Vec<SpaceDifference> {
    let mut found = Vec::new();
    for (place, before) in old.parameters().iter().enumerate() {
        let parameter = before.name().to_owned();
        match new.index_of(before.name()) {
            None => found.push(SpaceDifference::Removed { parameter }),
            Some(now) => {
                let after = &new.parameters()[now];
                found.extend(domains(before, after));
                if !same_condition((old, place), (new, now)) {
                    found.push(SpaceDifference::Condition {
                        parameter,
                        old: shown(before.condition()),
                        new: shown(after.condition()),
                    });
                }
            }
        }
    }
    for after in new.parameters() {
        if old.index_of(after.name()).is_none() {
            let parameter = after.name().to_owned();
            found.push(SpaceDifference::Added { parameter });
        }
    }
    found
}

fn domains(old: &Parameter, new: &Parameter) -> Option<SpaceDifference> {
    if old.domain() == new.domain() {
        return None;
    }
    let (mut before, mut after) = (old.domain().to_string(), new.domain().to_string());
    if before == after {
        // The number 1 became the text "1": only the exact forms tell them apart.
        (before, after) = (format!("{:?}", old.domain()), format!("{:?}", new.domain()));
    }
    Some(SpaceDifference::Domain {
        parameter: old.name().to_owned(),
        old: before,
        new: after,
    })
}

fn shown(condition: Option<&Condition>) -> String {
    condition.map_or_else(
        || "always".to_owned(),
        |condition| format!("when {condition}"),
    )
}

/// Whether two conditions say the same: in other words, or over the same values of the same parents.
fn same_condition((old, before): (&Space, usize), (new, after): (&Space, usize)) -> bool {
    let condition = |space: &Space, place: usize| space.parameters()[place].condition().map(words);
    if condition(old, before) == condition(new, after) {
        return true;
    }
    // Ranks mean the same where the domains are the same.
    let same_parent = |parent: &usize| {
        let now = &new.parameters()[*parent];
        let then = old
            .index_of(now.name())
            .map(|place| &old.parameters()[place]);
        then.is_some_and(|then| then.domain() == now.domain())
    };
    let place = |parent: usize| {
        let name = new.parameters()[parent].name();
        old.index_of(name).unwrap_or(usize::MAX)
    };
    new.parents(after).iter().all(same_parent)
        && new.rules()[after].moved(&place) == old.rules()[before]
}

/// What a condition says, whatever the order of its parts and values.
fn words(condition: &Condition) -> String {
    let value = |value: &Literal| match value.as_f64() {
        Some(_) => value.to_string(),
        None => format!("{value:?}"),
    };
    let sorted = |mut parts: Vec<String>| {
        parts.sort_unstable();
        parts.dedup();
        parts.join(", ")
    };
    let values = |values: &[Literal]| sorted(values.iter().map(value).collect());
    match condition {
        Condition::Is { parent, test } => match test {
            Test::OneOf(some) => format!("{parent:?} is [{}]", values(some)),
            Test::NoneOf(some) => format!("{parent:?} is not [{}]", values(some)),
            Test::Between { lower, upper } => {
                let (lower, upper) = (lower.as_ref().map(value), upper.as_ref().map(value));
                format!("{parent:?} between {lower:?} and {upper:?}")
            }
        },
        Condition::All(parts) | Condition::Any(parts) if parts.len() == 1 => words(&parts[0]),
        Condition::All(parts) => format!("all({})", sorted(parts.iter().map(words).collect())),
        Condition::Any(parts) => format!("any({})", sorted(parts.iter().map(words).collect())),
    }
}
