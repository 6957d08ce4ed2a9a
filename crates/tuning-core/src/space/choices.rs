//! A list of choices: how it is made, searched and shown.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use super::literal::Literal;

pub(super) fn declare(choices: impl IntoIterator<Item = impl Into<Literal>>) -> Arc<[Literal]> {
    choices.into_iter().map(Into::into).collect()
}

/// The place of a literal among the choices; numbers match by their value.
pub(super) fn position(choices: &[Literal], literal: &Literal) -> Option<u32> {
    let place = choices
        .iter()
        .position(|choice| choice.same_choice(literal));
    place.and_then(|place| u32::try_from(place).ok())
}

/// Fewer choices are faster looked through one by one.
const MANY: usize = 32;

/// The places of a parameter's choices, once one of many was looked for.
#[derive(Debug, Default)]
pub(super) struct Places(OnceLock<BTreeMap<String, u32>>);

impl Places {
    /// The same as [`position`], in a time that does not depend on the number of choices.
    pub(super) fn position(&self, choices: &[Literal], literal: &Literal) -> Option<u32> {
        if choices.len() < MANY {
            return position(choices, literal);
        }
        let places = self.0.get_or_init(|| {
            let places = (0_u32..).zip(choices);
            places
                .map(|(place, choice)| (choice.key(), place))
                .collect()
        });
        places.get(&literal.key()).copied()
    }
}

/// The places of the choices of each parameter.
pub(super) fn places(parameters: usize) -> Box<[Places]> {
    (0..parameters).map(|_| Places::default()).collect()
}

/// The first choice that people would take for one before it.
pub(super) fn twice(choices: &[Literal]) -> Option<&Literal> {
    let mut keys = BTreeSet::new();
    choices.iter().find(|choice| !keys.insert(choice.key()))
}

/// So many choices are named, of however many there are.
const LISTED: usize = 20;

/// The choices with commas between.
pub(super) fn listed(choices: &[Literal]) -> String {
    let shown: Vec<_> = choices
        .iter()
        .take(LISTED)
        .map(Literal::to_string)
        .collect();
    let shown = shown.join(", ");
    match choices.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
