//! Settings that there are not, or not there, or not so.

use tuning_derive::Tunable;

#[derive(Tunable)]
#[tune(rename = "x")]
#[tune(renameall = "snake_case")]
struct OfStruct {
    #[tune(rnge = 0.0..=1.0)]
    misspelled: f64,
    #[tune(min = 0.0, max = 1.0)]
    foreign: f64,
    #[tune(frobnicate)]
    unknown: f64,
    #[tune(range = 0.0..=1.0, range = 0.0..=2.0)]
    twice: f64,
    #[tune(rename_all = "snake_case", range = 0.0..=1.0)]
    misplaced: f64,
    #[tune(range = 0.0..=1.0, log = true)]
    flag_with_value: f64,
    #[tune(range)]
    value_missing: f64,
    #[tune(rename = y, range = 0.0..=1.0)]
    no_text: f64,
    #[tune(rename = " ", range = 0.0..=1.0)]
    blank: f64,
    #[tune]
    bare: f64,
    #[tune(range = )]
    unfinished: f64,
    #[tune(range = 0.0..=1.0 log)]
    no_comma: f64,
}

#[derive(Tunable)]
#[tune(skip, rename_all = "Snake_Case", crate = "tuning_core")]
enum OfEnum {
    #[tune(range = 0.0..=1.0)]
    Range,
    #[tune(rename_all = "snake_case")]
    NoFields,
    #[tune(skip, rename = "x")]
    Skipped,
    #[tune(log)]
    Log,
    #[tune(name = "other")]
    Name,
}

fn main() {}
