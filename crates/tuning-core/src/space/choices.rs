//! A list of choices: how it is made, searched and shown.

use std::{collections::BTreeMap, sync::Arc};

use super::literal::Literal;

pub(super) fn declare(choices: impl IntoIterator<Item = impl Into<Literal>>) -> Arc<[Literal]> {
    choices.into_iter().map(Into::into).collect()
}

/// The place of a literal among the choices; numbers match by their value.
pub(super) fn position(choices: &[Literal], literal: &Literal) -> Option<u32> {
    let exact = choices.iter().position(|choice| choice == literal);
    let place = exact.or_else(|| {
        choices
            .iter()
            .position(|choice| choice.same_choice(literal))
    });
    place.and_then(|place| u32::try_from(place).ok())
}

/// The first choice that people would take for one before it.
pub(super) fn twice(choices: &[Literal]) -> Option<&Literal> {
    let mut places: BTreeMap<String, Vec<&Literal>> = BTreeMap::new();
    choices.iter().find(|choice| {
        let mut alike = String::new();
        choice.write_alike(&mut alike);
        let alike = places.entry(alike).or_default();
        let is_twice = alike.iter().any(|other| other.same_choice(choice));
        alike.push(choice);
        is_twice
    })
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
