//! ASHA by stopping: its laws, and its rules one by one.

use std::collections::BTreeMap;

use tuning_core::{
    Ended, Fact, FailureKind, Fidelity, FidelityRange, Literal, Objective, Objectives, Outcome,
    Pruner as _, PrunerConfig, Reported, TrialId, Values, Verdict,
};
use tuning_multifidelity::{AshaStopping, AshaStoppingConfig};

use crate::studies::problem;

fn asha() -> AshaStopping {
    let problem = problem(81, tuning_core::Budget::unlimited());
    let config = AshaStoppingConfig::default().min_resource(3);
    config.build(&problem).unwrap()
}

/// Tells a report, and says whether the trial may run on.
fn runs_on(pruner: &mut AshaStopping, trial: u64, at: u64, loss: f64) -> bool {
    let (trial, values) = (TrialId::new(trial), Values::one(loss).unwrap());
    pruner.tell(&Fact::from(Reported::new(trial, Fidelity::new(at), values)));
    pruner.judge(trial) == Verdict::Continue
}

#[test]
fn it_keeps_the_laws() {
    let config = AshaStoppingConfig::default;
    tuning_conformance::pruner(config().min_resource(1))
        .refuses("reduction_factor", config().reduction_factor(1))
        .refuses("min_resource", config().min_resource(0))
        .check();
    tuning_conformance::pruner(config().reduction_factor(2))
        .refuses("reduction_factor", config().reduction_factor(1001))
        .check();
}

#[test]
fn its_options_keep_the_laws() {
    let read = |given: &BTreeMap<String, Literal>| {
        serde_json::from_value::<AshaStoppingConfig>(serde_json::json!(given))
    };
    tuning_conformance::pruner_options(read).check();
}

#[test]
fn first_arrivals_pass_and_then_the_best_third() {
    let mut pruner = asha();
    let losses = [0.9, 0.8, 0.7, 0.75, 0.72, 0.71, 0.705, 0.95, 0.1];
    let verdicts: Vec<_> = (0..)
        .zip(losses)
        .map(|(trial, loss)| runs_on(&mut pruner, trial, 3, loss))
        .collect();
    // With 3 values the best one runs on, with 4 to 6 the best two, with 7 to 9 the best three.
    let expected = [true, true, true, true, true, true, true, false, true];
    assert_eq!(verdicts, expected);
}

#[test]
fn a_trial_is_looked_at_once_at_the_highest_rung_that_it_has_reached() {
    let mut pruner = asha();
    for trial in 0..4 {
        assert!(runs_on(&mut pruner, trial, 10, 0.1 * trial as f64) == (trial < 2));
    }
    // At 3 no trial was looked at: the first reports came beyond 9.
    assert!(runs_on(&mut pruner, 10, 3, 9.0) && runs_on(&mut pruner, 11, 4, 9.5));
    // Between the rungs a running trial can get as bad as it likes.
    assert!(runs_on(&mut pruner, 10, 8, 99.0));
    assert!(!runs_on(&mut pruner, 10, 9, 99.0));
}

#[test]
fn equal_losses_run_on_together_and_the_whole_is_never_stopped() {
    let mut pruner = asha();
    assert!((0..9).all(|trial| runs_on(&mut pruner, trial, 3, 0.5)));
    assert!((0..9).all(|trial| runs_on(&mut pruner, trial, 81, trial as f64)));
    assert!(
        (20..29).all(|trial| runs_on(&mut pruner, trial, 2, trial as f64)),
        "below the lowest rung"
    );
}

#[test]
fn a_study_without_fidelities_is_judged_from_the_first_report() {
    let mut problem = problem(81, tuning_core::Budget::unlimited());
    problem.fidelity = None::<FidelityRange>;
    let mut pruner = AshaStoppingConfig::default().build(&problem).unwrap();
    assert!(runs_on(&mut pruner, 0, 1, 0.1) && runs_on(&mut pruner, 1, 1, 0.2));
    assert!(!runs_on(&mut pruner, 2, 1, 0.3));
}

fn fails(pruner: &mut AshaStopping, trial: u64) {
    let outcome = Outcome::failed(FailureKind::NonFinite, "`loss` is NaN");
    pruner.tell(&Ended::new(TrialId::new(trial), outcome).into());
}

#[test]
fn a_loss_that_is_no_number_takes_no_place() {
    let mut pruner = asha();
    // They diverge before they report.
    for trial in 0..5 {
        fails(&mut pruner, trial);
    }
    assert!(runs_on(&mut pruner, 5, 3, 0.2) && runs_on(&mut pruner, 6, 3, 0.3));
    assert!(!runs_on(&mut pruner, 7, 3, 0.4));
}

#[test]
fn what_fails_later_keeps_its_place() {
    let mut pruner = asha();
    assert!(runs_on(&mut pruner, 0, 3, 0.1));
    fails(&mut pruner, 0);
    assert!(runs_on(&mut pruner, 1, 3, 0.3));
    // The third there, and not the best.
    assert!(!runs_on(&mut pruner, 2, 3, 0.2));
}

#[test]
fn a_trial_that_comes_late_is_compared_with_all_before_it() {
    let mut pruner = asha();
    // At 3 with 0.5 it would have been the best; when it comes to 7, it is compared with what was measured at 3.
    for (trial, loss) in [(1, 0.4), (2, 0.3), (3, 0.2)] {
        assert!(runs_on(&mut pruner, trial, 3, loss));
    }
    // Of four the best two run on, and one that has passed is not looked at again.
    assert!(!runs_on(&mut pruner, 0, 7, 0.35));
    assert!(runs_on(&mut pruner, 1, 4, 0.9));
}

#[test]
fn no_rung_is_below_the_least_fidelity() {
    let mut problem = problem(81, tuning_core::Budget::unlimited());
    problem.fidelity = FidelityRange::new(5, 81).ok();
    let config = AshaStoppingConfig::default().min_resource(3);
    let mut pruner = config.build(&problem).unwrap();
    assert!((0..6).all(|trial| runs_on(&mut pruner, trial, 4, trial as f64)));
    let at_5: Vec<bool> = (0..4)
        .map(|trial| runs_on(&mut pruner, trial, 5, trial as f64))
        .collect();
    assert_eq!(at_5, [true, true, false, false]);
}

#[test]
fn several_objectives_are_refused_with_the_remedy() {
    let mut two = problem(9, tuning_core::Budget::unlimited());
    two.objectives =
        Objectives::new([Objective::minimize("loss"), Objective::minimize("size")]).unwrap();
    let refused = AshaStoppingConfig::default().build(&two).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "pruner `asha` compares trials by one objective, and there are `loss`, `size`: keep one of them, and report the \
         others as metrics; or remove the pruner"
    );
}
