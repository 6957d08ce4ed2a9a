//! Values of another type than the field's, as far as its name tells.

use tuning_derive::Tunable;

#[derive(Tunable)]
struct Mismatches {
    #[tune(range = 0..=1)]
    integers_for_a_number: f64,
    #[tune(range = 0.5..=9.0)]
    numbers_for_an_integer: u8,
    #[tune(range = 0.0..=9.0, step = 1)]
    step: f32,
    #[tune(choices = ["a", 3])]
    mixed: String,
    #[tune(choices = [1, "b"])]
    text_for_an_integer: Option<u8>,
    #[tune(ordered = [0.5, "b", true])]
    for_a_number: [f64; 2],
    #[tune(choices = [0, 1])]
    integers_for_a_truth_value: bool,
    #[tune(range = "a"..="b")]
    range_of_texts: String,
    #[tune(range = false..=true)]
    range_of_truth_values: bool,
    #[tune(range = 0..=9)]
    too_wide: u128,
    #[tune(choices = [1, 2])]
    much_too_wide: Option<[i128; 2]>,
}

#[derive(Tunable)]
struct Default {
    #[tune(range = 0.0..=9.0, default = 3)]
    integer_for_a_number: f64,
    #[tune(choices = ["a"], default = 3)]
    integer_for_a_text: String,
}

fn main() {}
