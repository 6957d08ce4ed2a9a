//! What two spaces do not have in common, in lines for people.

use super::{
    condition::{Condition, Test},
    literal::Literal,
    parameter::Parameter,
    tree::Space,
};

impl Space {
    /// Returns a line for each difference from a later space; none if the two are the same. Another order of
    /// the parameters is no difference.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        differences(self, other)
    }
}

fn differences(old: &Space, new: &Space) -> Vec<String> {
    let mut found = Vec::new();
    for (place, before) in old.parameters().iter().enumerate() {
        let name = before.name();
        let Some(now) = new.index_of(name) else {
            found.push(format!("parameter `{name}` was removed"));
            continue;
        };
        let after = &new.parameters()[now];
        found.extend(domains(before, after));
        if !same_condition((old, place), (new, now)) {
            let (before, after) = (shown(before.condition()), shown(after.condition()));
            found.push(format!(
                "parameter `{name}` was active {before}, now {after}"
            ));
        }
    }
    for after in new.parameters() {
        if old.index_of(after.name()).is_none() {
            found.push(format!("parameter `{}` was added", after.name()));
        }
    }
    found
}

fn domains(old: &Parameter, new: &Parameter) -> Option<String> {
    if old.domain() == new.domain() {
        return None;
    }
    let (mut before, mut after) = (old.domain().to_string(), new.domain().to_string());
    if before == after {
        // The number 1 became the text "1": only the exact forms tell them apart.
        (before, after) = (format!("{:?}", old.domain()), format!("{:?}", new.domain()));
    }
    Some(format!(
        "parameter `{}`: {before} became {after}",
        old.name()
    ))
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
