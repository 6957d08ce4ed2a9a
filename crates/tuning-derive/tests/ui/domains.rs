//! Values that make no sense, as far as they are written out.

use tuning_derive::Tunable;

#[derive(Tunable)]
struct Ranges {
    #[tune(range = 0.1..=1e-5)]
    reversed: f64,
    #[tune(range = 3..=-3)]
    reversed_integers: i8,
    #[tune(range = 0.0..=1.0, log)]
    log_of_zero: f64,
    #[tune(range = -1..=9, log)]
    log_of_less: Option<i64>,
    #[tune(range = 0.0..1.0)]
    half_open: f64,
    #[tune(range = 1..)]
    open: u8,
    #[tune(range = 0.0..=1.0, step = 0.0)]
    no_step: f64,
    #[tune(range = 0..=9, step = -3)]
    negative_step: i8,
    #[tune(range = 0..=10, step = 3)]
    step_does_not_fit: [u8; 2],
    #[tune(range = 0.0..=1.0, step = 0.3)]
    step_does_not_fit_numbers: f64,
    #[tune(range = 1.0..=2.0, step = 0.5, log)]
    step_and_log: f64,
    #[tune(log)]
    log_of_nothing: f64,
    #[tune(step = 0.1)]
    step_of_nothing: f64,
}

#[derive(Tunable)]
struct Choices {
    #[tune(choices = [])]
    none: u8,
    #[tune(choices)]
    value_missing: u8,
    #[tune(choices = [1, 2, 0x1])]
    twice: u8,
    #[tune(ordered = ["a", "a"])]
    twice_in_order: String,
    #[tune(choices = [1, 2], log)]
    log_of_choices: u8,
    #[tune(ordered = [1, 2], step = 1)]
    step_of_choices: u8,
    #[tune(choices = [1], ordered = [1])]
    both_lists: u8,
    #[tune(range = 0..=9, choices = [1])]
    range_and_choices: u8,
}

fn main() {}
