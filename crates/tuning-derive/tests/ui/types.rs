//! Types that are not search spaces.

use tuning_derive::Tunable;

#[derive(Tunable)]
union Union {
    a: f64,
    b: u64,
}

#[derive(Tunable)]
enum Empty {}

#[derive(Tunable)]
enum Skipped {
    #[tune(skip)]
    One,
    #[tune(skip)]
    Two(Vec<u8>),
}

#[derive(Tunable)]
#[tune(ordered)]
enum Ordered {
    Small,
    Large {
        #[tune(range = 0..=9)]
        size: u8,
    },
}

#[derive(Tunable)]
#[tune(ordered = [1, 2])]
enum OrderedList {
    One,
    Two,
}

#[derive(Tunable)]
enum SameName {
    AdamW,
    #[tune(rename = "adam_w")]
    Adam,
}

fn main() {}
