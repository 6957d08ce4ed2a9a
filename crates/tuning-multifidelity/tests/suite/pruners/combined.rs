//! Pruners of pruners.

use tuning_core::{PrunerConfig, Verdict};
use tuning_multifidelity::{
    AllOfConfig, AnyOfConfig, Combine as _, MedianConfig, NeverConfig, PatienceConfig,
    ThresholdConfig,
};

use crate::pruned::{Pruned, problem};

fn above(loss: f64) -> ThresholdConfig {
    ThresholdConfig::default().upper(loss)
}

#[test]
fn patience_stops_what_is_worse_in_all_its_last_reports() {
    let survived =
        |config: PatienceConfig, losses: &[f64]| Pruned::new(&config).survived(0, losses);
    let config = || PatienceConfig::default().patience(1);
    // Judged from the third report on: the last two against the one before.
    assert_eq!(survived(config(), &[1.0, 2.0, 2.0]), 2);
    assert_eq!(survived(config(), &[1.0, 2.0, 0.5, 2.0, 2.0]), 4);
    assert_eq!(
        survived(config(), &[1.0; 9]),
        9,
        "as good as before is not worse"
    );
    assert_eq!(survived(config().patience(0), &[1.0, 1.5]), 1);
    let tolerant = config().tolerance(1.0);
    assert_eq!(survived(tolerant.clone(), &[1.0, 2.0, 2.0]), 3);
    assert_eq!(survived(tolerant, &[1.0, 2.5, 2.5]), 2);
}

#[test]
fn the_default_patience_waits_for_three_reports_and_one() {
    let mut pruned = Pruned::new(&PatienceConfig::default());
    assert_eq!(pruned.survived(0, &[1.0, 2.0, 2.0, 2.0, 2.0]), 4);
}

#[test]
fn after_patience_the_other_pruner_decides() {
    let config = above(3.0).patient(1);
    let mut pruned = Pruned::new(&config);
    assert_eq!(
        pruned.survived(0, &[1.0, 2.0, 2.0, 2.0]),
        4,
        "it finds them low enough"
    );
    assert_eq!(
        pruned.survived(1, &[5.0, 4.0, 3.5, 3.4]),
        4,
        "it gets better"
    );
    assert_eq!(pruned.survived(2, &[1.0, 4.0, 4.0]), 2);
}

#[test]
fn after_a_step_the_other_pruner_decides() {
    let mut pruned = Pruned::new(&above(0.0).after(3));
    pruned.start(0);
    let stops: Vec<u64> = (1..=4).filter(|at| pruned.stops(0, *at, 1.0)).collect();
    assert_eq!(stops, [3, 4]);
}

#[test]
fn what_comes_before_the_step_is_learned_all_the_same() {
    let mut pruned = Pruned::new(&MedianConfig::default().startup(1).after(2));
    pruned.complete(0, &[1.0, 1.0]);
    pruned.start(1);
    assert!(!pruned.stops(1, 1, 2.0), "it is too early");
    assert!(pruned.stops(1, 2, 2.0));
    pruned.start(2);
    pruned.stops(2, 1, 0.5);
    assert!(!pruned.stops(2, 2, 2.0), "0.5 is its best");
}

#[test]
fn any_stops_what_one_stops_and_all_what_each_stops() {
    let low = || ThresholdConfig::default().lower(0.0);
    let losses = [-1.0, 0.5, 2.0];
    let stops = |mut stops: Box<dyn FnMut(u64, f64) -> bool>| -> Vec<bool> {
        (1..)
            .zip(losses)
            .map(|(at, loss)| stops(at, loss))
            .collect()
    };
    let mut any = Pruned::new(&low().or(above(1.0)));
    any.start(0);
    assert_eq!(
        stops(Box::new(move |at, loss| any.stops(0, at, loss))),
        [true, false, true]
    );
    let mut all = Pruned::new(&above(0.0).and(above(1.0)).with(above(-1.0)));
    all.start(0);
    assert_eq!(
        stops(Box::new(move |at, loss| all.stops(0, at, loss))),
        [false, false, true]
    );
}

#[test]
fn a_copy_is_told_on_its_own() {
    use tuning_core::{Fidelity, Pruner, Reported, TrialId, Values};
    let mut pruned = Pruned::new(&above(0.0).or(NeverConfig::default()).after(1));
    pruned.start(0);
    let mut copy = pruned.copy();
    let high = Reported::new(TrialId::new(0), Fidelity::new(1), Values::one(1.0).unwrap());
    copy.tell(&high.into());
    assert_eq!(copy.judge(TrialId::new(0)), Verdict::Stop);
    assert_eq!(pruned.judge(TrialId::new(0)), Verdict::Continue);
}

#[test]
fn the_refusal_of_a_part_tells_where_it_is() {
    let refused = |config: AnyOfConfig| config.build(&problem()).unwrap_err().to_string();
    let wrong = MedianConfig::default().interval(0);
    assert_eq!(
        refused(NeverConfig::default().or(wrong.patient(1))),
        "`of.1.inner`: pruner `median` cannot use `interval: 0`: it must be from 1 to 1000000000000000"
    );
    assert_eq!(
        refused(AnyOfConfig::of([])),
        "pruner `any` has nothing to ask: name at least one pruner in `of`"
    );
    let refused = AllOfConfig::of([])
        .build(&problem())
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "pruner `all` has nothing to ask: name at least one pruner in `of`"
    );
}

#[test]
fn the_spec_holds_the_parts_with_their_options() {
    let config = MedianConfig::default().patient(2).after(4);
    let spec = config.spec();
    let expected = "after (inner.inner.interval: 1, inner.inner.min_trials: 1, inner.inner.name: median, \
                    inner.inner.startup: 5, inner.inner.warmup: 0, inner.name: patience, inner.patience: 2, \
                    inner.tolerance: 0, step: 4)";
    assert_eq!(spec.to_string(), expected);
}
