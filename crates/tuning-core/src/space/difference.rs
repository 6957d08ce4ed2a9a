//! [`SpaceDifference`]: what two spaces do not have in common.

use std::fmt;

use super::{
    parameter::{Condition, Parameter},
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

pub(super) fn differences(old: &Space, new: &Space) -> Vec<SpaceDifference> {
    let in_space = |space: &Space, name: &str| {
        let index = space.index_of(name)?;
        space.parameter(index).cloned()
    };
    let mut found = Vec::new();
    for before in old.parameters() {
        let parameter = before.name().to_owned();
        match in_space(new, before.name()) {
            None => found.push(SpaceDifference::Removed { parameter }),
            Some(after) => compare(before, &after, &mut found),
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

fn compare(old: &Parameter, new: &Parameter, found: &mut Vec<SpaceDifference>) {
    let parameter = old.name().to_owned();
    if old.domain() != new.domain() {
        let (mut before, mut after) = (old.domain().to_string(), new.domain().to_string());
        if before == after {
            // The number 1 became the text "1": only the exact forms tell them apart.
            (before, after) = (format!("{:?}", old.domain()), format!("{:?}", new.domain()));
        }
        found.push(SpaceDifference::Domain {
            parameter: parameter.clone(),
            old: before,
            new: after,
        });
    }
    let same = match (old.condition(), new.condition()) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            let within = |a: &Condition, b: &Condition| {
                let same = |value| b.values.iter().any(|other| other.same_choice(value));
                a.values.iter().all(same)
            };
            a.parent == b.parent && within(a, b) && within(b, a)
        }
        _ => false,
    };
    if !same {
        let show = |condition: Option<&Condition>| {
            condition.map_or_else(|| "always".to_owned(), |c| format!("when {c}"))
        };
        found.push(SpaceDifference::Condition {
            parameter,
            old: show(old.condition()),
            new: show(new.condition()),
        });
    }
}
