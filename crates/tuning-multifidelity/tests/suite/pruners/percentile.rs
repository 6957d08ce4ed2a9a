//! The median and the percentile rule.

use tuning_core::{Objective, Objectives, Outcome, PrunerConfig};
use tuning_multifidelity::{MedianConfig, PercentileConfig};

use crate::pruned::{Pruned, failed, problem_of};

/// A median pruner that judges once this many trials have completed; their losses at 1 and 2 are 1, 2, 3, …
fn after(startup: u32, completed: u64) -> Pruned<tuning_multifidelity::Percentile> {
    let mut pruned = Pruned::new(&MedianConfig::default().startup(startup));
    for trial in 0..completed {
        pruned.complete(trial, &[trial as f64 + 1.0, trial as f64 + 1.0]);
    }
    pruned
}

#[test]
fn nothing_is_stopped_before_five_trials_have_completed() {
    let mut pruned = Pruned::new(&MedianConfig::default());
    for trial in 0..4 {
        pruned.complete(trial, &[1.0]);
    }
    pruned.start(10);
    assert!(!pruned.stops(10, 1, 99.0));
    // One that completes without a report is the fifth.
    pruned.complete(4, &[]);
    assert_eq!(pruned.survived(11, &[99.0]), 0);
}

#[test]
fn with_no_startup_the_first_trial_still_continues() {
    let mut pruned = after(0, 0);
    assert_eq!(pruned.survived(0, &[9.0, 99.0]), 2);
}

#[test]
fn a_loss_that_is_equal_to_the_median_continues() {
    let mut pruned = after(3, 3);
    assert_eq!(pruned.survived(10, &[2.0]), 1);
    assert_eq!(pruned.survived(11, &[2.0_f64.next_up()]), 0);
    // Between the second and the third of four: 2.5.
    let mut pruned = after(4, 4);
    assert_eq!(pruned.survived(10, &[2.5]), 1);
    assert_eq!(pruned.survived(11, &[2.5_f64.next_up()]), 0);
}

#[test]
fn the_best_report_so_far_counts_of_the_trial_that_is_judged() {
    let mut pruned = after(3, 3);
    assert_eq!(pruned.survived(10, &[1.5, 99.0]), 2);
}

#[test]
fn of_the_others_the_report_at_that_fidelity_counts() {
    let mut pruned = Pruned::new(&MedianConfig::default().startup(1));
    pruned.complete(0, &[1.0, 5.0]);
    assert_eq!(pruned.survived(10, &[1.0]), 1);
    pruned.start(11);
    assert!(pruned.stops(11, 1, 4.0));
    assert!(!pruned.stops(11, 2, 4.0), "4 is better than 5");
}

#[test]
fn what_did_not_complete_is_not_compared_with() {
    let mut pruned = after(3, 3);
    for (trial, outcome) in [(20, failed()), (21, Outcome::Stopped)] {
        pruned.start(trial);
        pruned.stops(trial, 1, -9.0);
        pruned.end(trial, outcome);
    }
    pruned.start(22);
    pruned.stops(22, 1, -9.0);
    pruned.pause(22, 1, -9.0);
    pruned.start(23);
    pruned.stops(23, 1, -9.0);
    assert_eq!(pruned.survived(30, &[2.0]), 1, "the median is 2 still");
}

#[test]
fn a_paused_trial_is_judged_by_all_its_reports_when_it_is_resumed() {
    let mut pruned = after(3, 3);
    pruned.start(10);
    pruned.stops(10, 1, 1.5);
    pruned.pause(10, 1, 1.5);
    pruned.resume(10);
    assert!(!pruned.stops(10, 2, 99.0));
}

#[test]
fn fidelities_where_nothing_completed_reported_are_not_judged() {
    let mut pruned = after(3, 3);
    pruned.start(10);
    assert!(!pruned.stops(10, 3, 99.0));
    let config = MedianConfig::default().startup(1).min_trials(2);
    let mut pruned = Pruned::new(&config);
    pruned.complete_at(0, &[(1, 0.0), (2, 0.0)]);
    pruned.complete_at(1, &[(2, 0.0)]);
    pruned.start(10);
    assert!(!pruned.stops(10, 1, 9.0), "one trial reported there");
    assert!(pruned.stops(10, 2, 9.0), "two did");
}

#[test]
fn reports_are_judged_from_the_warmup_on_and_once_in_an_interval() {
    let config = MedianConfig::default().startup(1).warmup(4).interval(3);
    let mut pruned = Pruned::new(&config);
    let all: Vec<_> = (1..=12).map(|at| (at, 0.0)).collect();
    pruned.complete_at(0, &all);
    pruned.start(10);
    let reports = [1, 3, 4, 5, 6, 8, 9, 11].into_iter();
    let stopped: Vec<u64> = reports.filter(|at| pruned.stops(10, *at, 1.0)).collect();
    // 8 comes late for 7, and is judged; 9 is in the same interval; 11 is late for 10.
    assert_eq!(stopped, [4, 8, 11]);
}

#[test]
fn a_report_after_the_end_does_not_count() {
    let mut pruned = after(3, 3);
    pruned.stops(0, 3, -9.0);
    pruned.start(10);
    assert!(!pruned.stops(10, 3, 9.0), "nothing is known at 3");
}

#[test]
fn a_percentile_of_25_keeps_the_best_quarter() {
    let config = PercentileConfig::default().startup(5);
    let mut pruned = Pruned::new(&config);
    for trial in 0..5 {
        pruned.complete(trial, &[f64::from(trial as u32)]);
    }
    // The losses 0 to 4: a quarter of the way is 1.
    assert_eq!(pruned.survived(10, &[1.0]), 1);
    assert_eq!(pruned.survived(11, &[1.0_f64.next_up()]), 0);
    let mut none = Pruned::new(&config.clone().percentile(0.0));
    let mut all = Pruned::new(&config.percentile(100.0));
    for trial in 0..5 {
        none.complete(trial, &[f64::from(trial as u32)]);
        all.complete(trial, &[f64::from(trial as u32)]);
    }
    assert_eq!(
        none.survived(10, &[0.1]),
        0,
        "the best alone is good enough"
    );
    assert_eq!((all.survived(10, &[4.0]), all.survived(11, &[4.1])), (1, 0));
}

#[test]
fn several_objectives_are_refused_with_what_to_do() {
    let objectives = [Objective::minimize("loss"), Objective::minimize("seconds")];
    let problem = problem_of(Objectives::new(objectives).unwrap());
    let refused = MedianConfig::default().build(&problem).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "pruner `median` compares trials by one objective, and there are `loss`, `seconds`: keep one of them, and \
         report the others as metrics; or remove the pruner"
    );
}
