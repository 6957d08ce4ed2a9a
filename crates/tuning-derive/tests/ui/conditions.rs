//! Conditions that name no field before, or are none.

use tuning_derive::Tunable;

#[derive(Tunable)]
struct Inner {
    flag: bool,
}

#[derive(Tunable)]
struct Conditions {
    #[tune(range = 1..=4)]
    layers: u8,
    #[tune(range = 1..=4, when = layers > 1)]
    always: u8,
    #[tune(range = 1..=4, when = layer > 1)]
    misspelled: Option<u8>,
    #[tune(range = 1..=4, when = after)]
    early: Option<u8>,
    after: bool,
    #[tune(range = 1..=4, when = layers + 1)]
    sum: Option<u8>,
    #[tune(range = 1..=4, when = 1 < layers)]
    reversed: Option<u8>,
    #[tune(range = 1..=4, when)]
    empty: Option<u8>,
    #[tune(skip, when = after)]
    skipped: u8,
    #[tune(range = 1..=4, when = skipped == 1)]
    of_skipped: Option<u8>,
    #[tune(flatten, when = after)]
    flat: Option<Inner>,
    #[tune(range = 1..=4, depends_on = layers)]
    foreign: Option<u8>,
}

fn main() {}
