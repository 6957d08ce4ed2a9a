//! The threshold.

use tuning_core::{Objectives, PrunerConfig, TrialId, Verdict};
use tuning_multifidelity::ThresholdConfig;

use crate::pruned::{Pruned, problem, problem_of};

#[test]
fn a_value_beyond_a_bound_stops_and_one_at_it_continues() {
    let mut pruned = Pruned::new(&ThresholdConfig::default().lower(-1.0).upper(1.0));
    pruned.start(0);
    let stops = [1.0, 1.0_f64.next_up(), -1.0, (-1.0_f64).next_down(), 0.0];
    let stops: Vec<bool> = (1..)
        .zip(stops)
        .map(|(at, loss)| pruned.stops(0, at, loss))
        .collect();
    assert_eq!(stops, [false, true, false, true, false]);
}

#[test]
fn it_looks_from_the_warmup_on_and_once_in_an_interval() {
    let config = ThresholdConfig::default().upper(0.0).warmup(2).interval(2);
    let mut pruned = Pruned::new(&config);
    pruned.start(0);
    let stops: Vec<bool> = (1..=5).map(|at| pruned.stops(0, at, 1.0)).collect();
    assert_eq!(stops, [false, true, false, true, false]);
}

#[test]
fn the_bounds_are_in_the_direction_of_the_objective() {
    let problem = problem_of(Objectives::maximize("accuracy").unwrap());
    let config = ThresholdConfig::default().lower(0.1);
    let mut pruned = Pruned::of(config.build(&problem).unwrap());
    pruned.start(0);
    // A loss is the accuracy with its sign flipped.
    assert!(!pruned.stops(0, 1, -0.5) && !pruned.stops(0, 2, -0.1));
    assert!(pruned.stops(0, 3, -0.05));
}

#[test]
fn bounds_that_make_no_sense_are_refused() {
    let refused = |config: ThresholdConfig| config.build(&problem()).unwrap_err().to_string();
    assert_eq!(
        refused(ThresholdConfig::default()),
        "pruner `threshold` needs `lower` or `upper`: what a report may be at least, or at most"
    );
    assert_eq!(
        refused(ThresholdConfig::default().lower(2.0).upper(1.0)),
        "pruner `threshold` stops every trial: `lower` 2 is above `upper` 1; swap them"
    );
    assert_eq!(
        refused(ThresholdConfig::default().upper(f64::NAN)),
        "pruner `threshold` cannot use `upper: NaN`: give a finite number, or leave it out"
    );
}

#[test]
fn a_trial_without_a_report_continues() {
    let mut pruned = Pruned::new(&ThresholdConfig::default().upper(0.0));
    pruned.start(0);
    assert_eq!(pruned.judge(TrialId::new(0)), Verdict::Continue);
}
