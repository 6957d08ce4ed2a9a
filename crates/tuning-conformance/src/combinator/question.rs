//! [`question`]: what a combinator may ask the strategy inside it.

use tuning_core::Ask;

/// What is wrong with a question to an inner strategy. `asking`: the question to the combinator that is not
/// answered yet; `first`: whether nothing else was asked for that answer.
pub(super) fn question(asking: Option<&Ask>, ask: &Ask, first: bool) -> Result<(), String> {
    let Some(outer) = asking else {
        return Err("the inner strategy was asked while the combinator was not".to_owned());
    };
    if ask.study_seed() != outer.study_seed() {
        return Err(format!(
            "the inner strategy was asked with the seed {} in a study of the seed {}",
            ask.study_seed().get(),
            outer.study_seed().get()
        ));
    }
    let (slots, free) = (ask.slots().get(), outer.slots().get());
    if first && slots > free {
        return Err(format!(
            "the inner strategy was asked for {slots} proposals, with {free} slots"
        ));
    }
    let (from, lowest, highest) = (ask.trial(0), outer.trial(0), outer.trial(free));
    if from < lowest || from > highest {
        return Err(format!(
            "the inner strategy was asked from the number {from}; the next trials are {lowest} to {highest}"
        ));
    }
    let behind = from.get() - lowest.get();
    let left = outer.trials_left().map(|left| left.saturating_sub(behind));
    match (left, ask.trials_left()) {
        (None, None) => Ok(()),
        (Some(left), Some(said)) if said <= left => Ok(()),
        (left, said) => {
            let shown = |left: Option<u64>| left.map_or("no limit".to_owned(), |n| n.to_string());
            Err(format!(
                "the inner strategy was asked with {} trials left; there are {}",
                shown(said),
                shown(left)
            ))
        }
    }
}
