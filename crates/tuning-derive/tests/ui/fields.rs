//! Fields that do not say what to try, and settings that contradict each other.

use std::collections::VecDeque;

use tuning_derive::Tunable;

#[derive(Tunable)]
struct Bare {
    number: f64,
    integer: Option<usize>,
    text: String,
    texts: [Box<std::string::String>; 2],
    borrowed: &'static str,
    list: Vec<u8>,
    queue: VecDeque<Inner>,
}

#[derive(Tunable)]
struct Inner {
    flag: bool,
}

#[derive(Tunable)]
struct Contradictions {
    #[tune(skip = 1, range = 0..=9, rename = "x")]
    skipped: u8,
    #[tune(skip, default = 3)]
    skipped_default: u8,
    #[tune(flatten, rename = "y")]
    named_and_flat: Inner,
    #[tune(flatten, range = 0..=9)]
    flat_number: u8,
    #[tune(rename = "z")]
    one: Inner,
    #[tune(range = 0..=9)]
    z: u8,
}

#[derive(Tunable)]
struct Newtype(#[tune(range = 0..=9, rename = "x")] u8);

#[derive(Tunable)]
#[tune(rename = "x", rename_all = "snake_case")]
struct Wrapper(Inner);

fn main() {}
