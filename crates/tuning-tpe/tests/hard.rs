//! Objectives that break searches: constant, failing, tied, of any scale and either direction.

mod common;

use common::study;
use tuning_core::{Objectives, Parameter, Params, Problem, Space};

fn problem() -> Problem {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("y", 1e-4, 1.0).log(),
        Parameter::int("n", 1, 32),
        Parameter::categorical("c", ["a", "b", "c", "d"]),
        Parameter::float("z", 0.0, 1.0).when("c", ["a", "b"]),
    ]);
    Problem::new(space.unwrap(), Objectives::minimize("loss").unwrap())
}

fn bowl(params: &Params) -> f64 {
    let place = params.space().encode(params);
    let centres = [0.7, 0.2, 0.6, 0.9, 0.3];
    let away = place.iter().zip(centres);
    away.map(|(place, centre)| place.map_or(0.05, |place| (place - centre).powi(2)))
        .sum()
}

fn points(done: &[(Params, Option<f64>)]) -> Vec<Params> {
    done.iter().map(|(params, _)| params.clone()).collect()
}

#[test]
fn the_direction_changes_nothing() {
    let up = Problem::new(problem().space, Objectives::maximize("score").unwrap());
    for seed in 0..3 {
        let down = study(&problem(), seed, 60, |params| Some(bowl(params)));
        let up = study(&up, seed, 60, |params| Some(-bowl(params)));
        assert_eq!(points(&down), points(&up));
    }
}

#[test]
fn the_scale_changes_nothing() {
    type Scale = fn(f64) -> f64;
    let scales: [Scale; 4] = [
        |loss| loss * 1e300,
        |loss| loss * 1e-300,
        |loss| loss * 1e-3 - 1e12 * 1e-16,
        |loss| (loss + 1.0).powi(9),
    ];
    let plain = study(&problem(), 1, 60, |params| Some(bowl(params)));
    for scale in scales {
        let scaled = study(&problem(), 1, 60, |params| Some(scale(bowl(params))));
        assert_eq!(points(&plain), points(&scaled));
    }
}

#[test]
fn flat_and_tied_losses_are_survived() {
    for loss in [0.0, f64::MAX, f64::MIN, 5e-324] {
        let done = study(&problem(), 2, 80, |_| Some(loss));
        assert_eq!(done.len(), 80);
    }
    let tied = study(&problem(), 2, 80, |params| {
        Some((bowl(params) * 4.0).floor())
    });
    let late = &tied[40..];
    let lowest = tied
        .iter()
        .filter_map(|(_, loss)| *loss)
        .fold(f64::MAX, f64::min);
    let good = late
        .iter()
        .filter(|(_, loss)| *loss == Some(lowest))
        .count();
    assert!(good > 20, "{good} of 40 in the lowest of its steps");
}

#[test]
fn a_study_of_failures_goes_on_and_spreads() {
    let done = study(&problem(), 3, 80, |_| None);
    let left = done
        .iter()
        .filter(|(params, _)| params.float("x").unwrap() < 0.5);
    let left = left.count();
    assert!((20..=60).contains(&left), "{left} of 80 in one half");
}

/// The share of trials from the 20th to the 100th that fail, over some studies.
fn failing(fails: impl Fn(&Params) -> bool) -> f64 {
    let mut failed = 0;
    for seed in 0..6 {
        let done = study(&problem(), seed, 100, |params| {
            (!fails(params)).then(|| bowl(params))
        });
        failed += done[20..].iter().filter(|(_, loss)| loss.is_none()).count();
    }
    failed as f64 / (6.0 * 80.0)
}

#[test]
fn it_leaves_the_half_that_fails() {
    // The best points are close to the border: at 0.7 of 0.5 to 1.
    let share = failing(|params| params.float("x").unwrap() < 0.5);
    assert!(share < 0.15, "{share}, and random search fails in 0.5");
    // Nearly everywhere, and the lowest point of the bowl as well.
    let share = failing(|params| params.float("x").unwrap() > 0.25);
    assert!(share < 0.4, "{share}, and random search fails in 0.75");
}

#[test]
fn it_leaves_the_choice_that_fails() {
    let share = failing(|params| *params.str("c").unwrap() == *"d");
    assert!(share < 0.12, "{share}, and random search fails in 0.25");
}

#[test]
fn losses_that_are_huge_on_one_side_do_not_attract() {
    let done = study(&problem(), 4, 100, |params| {
        let huge = params.int("n").unwrap() > 24;
        Some(if huge { 1e300 } else { bowl(params) })
    });
    let late = done[30..].iter().filter(|(_, loss)| *loss == Some(1e300));
    let late = late.count();
    assert!(late < 14, "{late} of 70, and random search has 17");
}
