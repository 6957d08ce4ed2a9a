//! Defaults that are incomplete, out of range, or never used.

use tuning_derive::Tunable;

#[derive(Tunable)]
struct Partly {
    #[tune(range = 0..=9, default = 1)]
    with: u8,
    #[tune(range = 0..=9)]
    without: u8,
    flag: bool,
}

#[derive(Tunable)]
struct Outside {
    #[tune(range = 0.0..=1.0, default = 1.5)]
    above: f64,
    #[tune(range = 1..=9, default = Some(0))]
    below: Option<u8>,
    #[tune(choices = [16, 32], default = 64)]
    other: u32,
    #[tune(choices = ["a", "b"], default = "c")]
    text: String,
}

#[derive(Default, Tunable)]
#[tune(default)]
struct Both {
    #[tune(range = 0..=9, default = 1)]
    a: u8,
}

#[derive(Tunable)]
enum Choice {
    #[tune(default)]
    One {
        #[tune(range = 0..=9)]
        without: u8,
    },
    #[tune(default)]
    Two,
    Three {
        #[tune(range = 0..=9, default = 3)]
        unused: u8,
    },
    #[tune(skip, default)]
    Four,
}

fn main() {}
