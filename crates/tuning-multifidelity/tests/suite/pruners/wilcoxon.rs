//! The signed-rank test against the best trial.

use tuning_core::{Outcome, Values};
use tuning_multifidelity::{Wilcoxon, WilcoxonConfig};

use crate::pruned::Pruned;

/// The best trial has these losses at 1, 2, …, and completes with the loss 0.
fn against(config: &WilcoxonConfig, losses: &[f64]) -> Pruned<Wilcoxon> {
    let mut pruned = Pruned::new(config);
    pruned.start(0);
    for (at, loss) in (1..).zip(losses) {
        pruned.stops(0, at, *loss);
    }
    complete(&mut pruned, 0, 0.0);
    pruned
}

fn complete(pruned: &mut Pruned<Wilcoxon>, trial: u64, loss: f64) {
    pruned.end(trial, Outcome::Completed(Values::one(loss).unwrap()));
}

#[test]
fn a_trial_is_stopped_when_chance_is_less_likely_than_p() {
    // Differences of one sign: a half for the first, then a quarter, an eighth, a sixteenth.
    let best = [0.0; 8];
    let worse = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let survived = |p| against(&WilcoxonConfig::default().p(p), &best).survived(9, &worse);
    assert_eq!(survived(0.1), 3, "1/16 is below 0.1");
    assert_eq!(survived(0.0625), 4, "1/16 is not below itself");
    assert_eq!(survived(0.26), 1, "1/4, at the second report");
    assert_eq!(survived(0.99), 1, "never at the first");
    let config = WilcoxonConfig::default().startup(6);
    assert_eq!(against(&config, &best).survived(9, &worse), 5);
}

#[test]
fn a_trial_whose_mean_is_no_worse_continues() {
    // It is worse at each of the four folds that it has done, but the best one was bad at the fifth.
    let mut pruned = against(&WilcoxonConfig::default(), &[1.0, 1.0, 1.0, 1.0, 100.0]);
    assert_eq!(pruned.survived(9, &[2.0, 3.0, 4.0, 5.0]), 4);
}

#[test]
fn with_nothing_to_compare_a_trial_continues() {
    let mut pruned = Pruned::new(&WilcoxonConfig::default());
    assert_eq!(pruned.survived(0, &[9.0; 9]), 9, "it is the first");
    let mut pruned = against(&WilcoxonConfig::default(), &[]);
    assert_eq!(
        pruned.survived(9, &[9.0; 9]),
        9,
        "the best has not reported"
    );
}

#[test]
fn reports_are_paired_by_their_fidelities() {
    let mut pruned = Pruned::new(&WilcoxonConfig::default());
    pruned.start(0);
    for at in [2, 4, 6, 8] {
        pruned.stops(0, at, 0.0);
    }
    complete(&mut pruned, 0, 0.0);
    pruned.start(1);
    let stops: Vec<u64> = (1..=9).filter(|at| pruned.stops(1, *at, 1.0)).collect();
    assert_eq!(stops, [8, 9], "the fourth pair is that at 8");
}

#[test]
fn the_best_is_that_of_the_lowest_loss_and_the_first_of_several() {
    let mut pruned = against(&WilcoxonConfig::default(), &[5.0; 4]);
    // As good, later: it is not compared with.
    pruned.start(1);
    pruned.stops(1, 1, 0.0);
    complete(&mut pruned, 1, 0.0);
    assert_eq!(pruned.survived(8, &[4.0; 4]), 4);
    // Better: from now on it is.
    pruned.start(2);
    for at in 1..=4 {
        pruned.stops(2, at, 0.0);
    }
    complete(&mut pruned, 2, -1.0);
    assert_eq!(pruned.survived(9, &[4.0; 4]), 3);
}
