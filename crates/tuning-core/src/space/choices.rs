//! A list of choices: how it is made, searched and shown.

use std::sync::Arc;

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

/// The choices with commas between.
pub(super) fn listed(choices: &[Literal]) -> String {
    let shown: Vec<_> = choices.iter().map(Literal::to_string).collect();
    shown.join(", ")
}
