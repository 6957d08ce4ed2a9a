//! ASHA: its laws, the example of its paper, and its rules one by one.

use std::collections::BTreeSet;

use tuning_conformance::Law;
use tuning_core::{
    AskTell, Budget, EndReason, FailureKind, FidelityRange, Objective, Objectives, Problem, Seed,
    StrategyConfig, TrialState,
};
use tuning_multifidelity::AshaConfig;
use tuning_strategies::{GridConfig, RandomConfig};

use crate::studies::{Ran, Step, drive, drive_in_order, problem, run};

fn asha() -> AshaConfig<RandomConfig> {
    AshaConfig::over(RandomConfig::default()).min_resource(1)
}

/// One worker, rungs 1, 3, 9, …; `losses` of the trials at every fidelity.
fn of_losses(max: u64, losses: &[f64]) -> Ran {
    let problem = problem(max, Budget::trials(losses.len() as u64));
    run(&asha(), &problem, 1, |trial, _| {
        Some(losses[usize::try_from(trial).unwrap()])
    })
}

#[test]
fn it_keeps_the_laws() {
    tuning_conformance::combinator(AshaConfig::over).check();
    tuning_conformance::combinator(|inner| AshaConfig::over(inner).min_resource(1)).check();
}

#[test]
fn over_a_grid_it_keeps_the_laws_and_repeats_no_point() {
    let grid = AshaConfig::over(GridConfig::default().resolution(9)).min_resource(1);
    tuning_conformance::strategy(|problem| grid.build(problem))
        .skip(Law::Sanity, "a grid begins in a corner")
        .check();
    let ran = run(&grid, &problem(9, Budget::unlimited()), 2, |trial, _| {
        Some(trial as f64)
    });
    let points: BTreeSet<_> = ran.trials.iter().map(|trial| trial.params.key()).collect();
    assert_eq!((points.len(), ran.trials.len()), (9, 9));
    assert_eq!(
        (
            ran.count(TrialState::Completed),
            ran.count(TrialState::Stopped)
        ),
        (1, 8)
    );
}

#[test]
fn its_options_keep_the_laws() {
    tuning_conformance::strategy(|problem| asha().build(problem))
        .config::<AshaConfig<RandomConfig>>()
        .check();
}

/// Nine configurations, η = 3, rungs 1, 3 and 9, one worker, as in the example of Li et al. 2020, section 3.2; the losses are
/// our own, and the order of the work follows from algorithm 2 by hand.
#[test]
fn algorithm_2_done_by_hand_comes_out_exactly() {
    let first = [0.1, 0.8, 0.9, 0.7, 0.6, 0.2, 0.5, 0.3, 0.4];
    let ran = run(&asha(), &problem(9, Budget::trials(9)), 1, |trial, at| {
        let first = first[usize::try_from(trial).unwrap()];
        // The eighth is the last of three to continue, and the best of them later.
        Some(if (trial, at) == (7, 3) { 0.0 } else { first })
    });
    let by_hand = [
        (1, 1),
        (2, 1),
        (3, 1),
        (1, 3),
        (4, 1),
        (5, 1),
        (6, 1),
        (6, 3),
        (7, 1),
        (8, 1),
        (9, 1),
        (8, 3),
        (8, 9),
    ];
    let ours: Vec<_> = ran
        .work
        .iter()
        .map(|(trial, until)| (trial + 1, *until))
        .collect();
    assert_eq!(ours, by_hand);
    assert_eq!(ran.reason, EndReason::Exhausted);
}

#[test]
fn of_equal_losses_the_older_trial_goes_on() {
    let ran = of_losses(9, &[0.5, 0.5, 0.5, -0.0, 0.0, 0.0]);
    let promoted: Vec<_> = ran.work.iter().filter(|(_, until)| *until == 3).collect();
    // The second place belongs to the fifth trial: zero has no sign.
    assert_eq!(promoted, [&(0, 3), &(3, 3), &(4, 3)]);
}

#[test]
fn a_rung_with_too_few_trials_lets_none_go_on_but_the_best_one_at_the_end() {
    let ran = of_losses(81, &[0.5, 0.2]);
    assert_eq!(ran.work, [(0, 1), (1, 1), (1, 3), (1, 9), (1, 27), (1, 81)]);
    assert_eq!(ran.trial(0).state, TrialState::Stopped);
    assert_eq!(ran.trial(1).state, TrialState::Completed);
}

#[test]
fn a_trial_that_oversteps_its_rung_is_compared_where_it_paused() {
    let problem = problem(81, Budget::trials(9));
    let ran = drive(
        asha().build(&problem).unwrap(),
        &problem,
        1,
        |work, until| {
            // Reports come every ten epochs.
            let at = (until.div_ceil(10) * 10).min(81);
            (at, Some(work.trial.get() as f64))
        },
    );
    // All pause at 10, in rung 9, and continue to 27, where they pause at 30.
    assert_eq!((ran.until(1), ran.until(3), ran.until(9)), (9, 0, 0));
    assert_eq!((ran.until(27), ran.until(81)), (3, 1));
}

#[test]
fn a_trial_that_fails_on_its_way_takes_no_place() {
    let loss = |trial: u64, at: u64| match (trial, at) {
        (0 | 1, 1) => None,
        (2, 3) => None,
        _ => Some(trial as f64),
    };
    let ran = run(&asha(), &problem(9, Budget::trials(9)), 1, loss);
    // The third in rung 1 is the fifth trial; the place in it of the one that fails on its way to 3 stays taken.
    let first = ran.work.iter().position(|work| *work == (2, 3));
    assert_eq!(first, Some(5), "behind trials 0 to 4: {:?}", ran.work);
    assert_eq!((ran.until(3), ran.count(TrialState::Failed)), (2, 3));
}

#[test]
fn a_loss_that_is_no_number_fails_the_trial_and_takes_no_place() {
    let ran = of_losses(9, &[f64::NAN, 0.5, 0.4, 0.6]);
    // The third in rung 1 is the fourth trial.
    assert_eq!(ran.work[3..], [(3, 1), (2, 3), (2, 9)]);
    let failure = ran.trial(0).failure.as_ref().unwrap();
    assert_eq!(failure.kind, FailureKind::NonFinite);

    // On its way to 3 it loses that place alone; the best one left is kept, and runs to the end in its place.
    let loss = |trial: u64, at: u64| match (trial, at) {
        (1, 3) => Some(f64::INFINITY),
        _ => Some([0.5, 0.4, 0.6][usize::try_from(trial).unwrap()]),
    };
    let ran = run(&asha(), &problem(9, Budget::trials(3)), 1, loss);
    assert_eq!(ran.work[3..], [(1, 3), (0, 3), (0, 9)]);
}

#[test]
fn a_trial_that_comes_late_is_compared_with_all_before_it() {
    let problem = problem(9, Budget::trials(6));
    let study = AskTell::new(
        problem.clone(),
        asha().build(&problem).unwrap(),
        Seed::new(5),
    );
    // Of two workers, the one that began last is done first: the first trial is done when all others are.
    let ran = drive_in_order(
        study,
        &problem,
        2,
        |running| running - 1,
        |work, until| (until, Some(0.1 * (work.trial.get() + 1) as f64)),
    );
    // The second trial is the best of three, and with the first one the best third of six.
    let by_hand = [
        (0, 1),
        (1, 1),
        (2, 1),
        (3, 1),
        (1, 3),
        (4, 1),
        (5, 1),
        (0, 3),
        (0, 9),
    ];
    assert_eq!(ran.work, by_hand);
}

#[test]
fn the_next_best_trial_runs_to_the_end_when_the_first_one_fails_there() {
    let loss = |trial: u64, at: u64| (at < 9).then_some(0.1 * (trial + 1) as f64);
    let loss = |trial: u64, at: u64| match trial {
        3 => loss(trial, at),
        _ => Some(0.5 + 0.01 * trial as f64),
    };
    let ran = run(&asha(), &problem(9, Budget::trials(9)), 1, loss);
    let (last, before) = ran.work.split_last().unwrap();
    assert_eq!(
        (before.last(), last.1),
        (Some(&(3, 9)), 9),
        "{:?}",
        ran.work
    );
    assert_eq!(
        (
            ran.count(TrialState::Completed),
            ran.count(TrialState::Failed),
            ran.count(TrialState::Paused)
        ),
        (1, 1, 0)
    );
}

#[test]
fn nothing_is_left_paused_and_one_trial_runs_to_its_end() {
    for (trials, workers) in [
        (1, 1),
        (2, 3),
        (7, 2),
        (20, 8),
        (27, 1),
        (100, 8),
        (243, 16),
    ] {
        for seed in 0..4 {
            let loss = |trial: u64, at: u64| {
                let noise = Seed::new(seed).derive(trial);
                (noise.named("fails").unit() > 0.05)
                    .then(|| noise.unit() + noise.derive(at).unit() / 4.0)
            };
            let ran = run(&asha(), &problem(27, Budget::trials(trials)), workers, loss);
            assert_eq!(
                ran.count(TrialState::Paused),
                0,
                "{trials} trials, {workers} workers"
            );
            assert_eq!(ran.trials.len() as u64, trials);
            let all_fail = (0..trials).all(|trial| loss(trial, 1).is_none());
            assert!(all_fail || ran.count(TrialState::Completed) > 0);
        }
    }
}

#[test]
fn a_trial_is_given_up_as_soon_as_another_one_is_kept_in_reserve() {
    // Nine trials: the best three continue. The worst one is known to be behind them after four, and
    // is the best of what is behind until the fifth is.
    let ran = of_losses(9, &[0.1, 0.2, 0.3, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]);
    let place = |step: Step| ran.order.iter().position(|other| *other == step).unwrap();
    assert!(
        place(Step::Ended(3)) < place(Step::Began(6)),
        "{:?}",
        ran.order
    );
}

#[test]
fn without_a_limit_of_trials_nothing_is_given_up() {
    let mut budget = Budget::unlimited();
    budget.resource = Some(60);
    let ran = run(&asha(), &problem(27, budget), 1, |trial, _| {
        Some(trial as f64)
    });
    assert_eq!(
        (ran.reason, ran.count(TrialState::Stopped)),
        (EndReason::Resource, 0)
    );
}

#[test]
fn the_lowest_rung_is_moved_into_the_range() {
    let lowest = |least: Option<u64>, min: u64| {
        let mut problem = problem(52, Budget::trials(1));
        problem.fidelity = Some(FidelityRange::new(min, 52).unwrap());
        let config = asha().min_resource(least);
        run(&config, &problem, 1, |_, _| Some(0.0)).work[0].1
    };
    assert_eq!(
        [lowest(None, 1), lowest(None, 5), lowest(Some(4), 1)],
        [3, 5, 4]
    );
    assert_eq!([lowest(Some(2), 6), lowest(Some(500), 1)], [6, 52]);
}

#[test]
fn a_tag_says_the_rung() {
    let ran = of_losses(9, &[0.5, 0.2, 0.3]);
    assert_eq!(ran.trial(0).tag.as_str(), "asha:rung 1 of 3");
}

#[test]
fn what_it_cannot_work_with_is_refused_with_the_remedy() {
    let refusal = |problem: &Problem| asha().build(problem).unwrap_err().to_string();
    let plain = problem(9, Budget::trials(3));
    assert_eq!(
        refusal(&plain.clone().fidelity(None)),
        "strategy `asha` needs a fidelity to compare trials early: declare it, as in `fidelity: {name: epoch, min: 1, max: \
         81}`"
    );
    let mut two = plain;
    two.objectives =
        Objectives::new([Objective::minimize("loss"), Objective::minimize("size")]).unwrap();
    assert_eq!(
        refusal(&two),
        "strategy `asha` compares trials by one objective, and there are `loss`, `size`: keep one of them, and report the \
         others as metrics"
    );
}
