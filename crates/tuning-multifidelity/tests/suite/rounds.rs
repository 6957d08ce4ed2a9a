//! Hyperband and successive halving: their laws, the published table, and their rules one by one.

use std::collections::BTreeMap;

use tuning_core::{Budget, EndReason, Seed, StrategyConfig, TrialState};
use tuning_multifidelity::{HyperbandConfig, SuccessiveHalvingConfig};
use tuning_strategies::{GridConfig, RandomConfig};

use crate::studies::{drive, problem, run};

fn hyperband() -> HyperbandConfig<RandomConfig> {
    HyperbandConfig::over(RandomConfig::default()).min_resource(1)
}

fn halving() -> SuccessiveHalvingConfig<RandomConfig> {
    SuccessiveHalvingConfig::over(RandomConfig::default()).min_resource(1)
}

#[test]
fn hyperband_keeps_the_laws() {
    tuning_conformance::combinator(|inner| HyperbandConfig::over(inner).min_resource(1)).check();
}

#[test]
fn successive_halving_keeps_the_laws() {
    tuning_conformance::combinator(|inner| SuccessiveHalvingConfig::over(inner).min_resource(1))
        .check();
}

#[test]
fn their_options_keep_the_laws() {
    tuning_conformance::strategy(|problem| hyperband().build(problem))
        .config::<HyperbandConfig<RandomConfig>>()
        .spaces(["floats"])
        .check();
    tuning_conformance::strategy(|problem| halving().build(problem))
        .config::<SuccessiveHalvingConfig<RandomConfig>>()
        .spaces(["floats"])
        .check();
}

/// Li et al. 2018, arXiv:1603.06560, table 1: R = 81, η = 3.
#[test]
fn the_published_table_comes_out_exactly() {
    let table: [&[(usize, u64)]; 5] = [
        &[(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        &[(34, 3), (11, 9), (3, 27), (1, 81)],
        &[(15, 9), (5, 27), (1, 81)],
        &[(8, 27), (2, 81)],
        &[(5, 81)],
    ];
    let problem = problem(81, Budget::trials(81 + 34 + 15 + 8 + 5));
    for workers in [1, 7] {
        let ran = run(&hyperband(), &problem, workers, |trial, at| {
            Some(Seed::new(trial).derive(at).unit())
        });
        // Rounds follow one another, so equal targets are next to each other.
        let mut rounds: Vec<(usize, u64)> = Vec::new();
        for (_, until) in &ran.work {
            match rounds.last_mut() {
                Some((count, last)) if last == until => *count += 1,
                _ => rounds.push((1, *until)),
            }
        }
        // The second of the last but one bracket and the last bracket run to 81 both.
        let mut table = table.concat();
        table.splice(13..=14, [(7, 81)]);
        assert_eq!(rounds, table, "{workers} workers");
        assert_eq!(ran.count(TrialState::Paused), 0);
        assert_eq!(ran.count(TrialState::Completed), 1 + 1 + 1 + 2 + 5);
    }
}

#[test]
fn the_brackets_begin_again() {
    let ran = run(&hyperband(), &problem(3, Budget::trials(10)), 1, |_, _| {
        Some(0.5)
    });
    // Three trials at 1, the best of them to 3, two trials at 3, and so on.
    let notes: BTreeMap<_, Vec<u64>> =
        ran.trials.iter().fold(BTreeMap::new(), |mut notes, trial| {
            notes
                .entry(trial.tag.to_string())
                .or_insert_with(Vec::new)
                .push(trial.id.get());
            notes
        });
    let expected = [
        (
            "hyperband:bracket 1 of 2, rung 1 of 2",
            vec![0, 1, 2, 5, 6, 7],
        ),
        ("hyperband:bracket 2 of 2, rung 2 of 2", vec![3, 4, 8, 9]),
    ];
    assert_eq!(
        notes,
        expected
            .map(|(note, trials)| (note.to_owned(), trials))
            .into()
    );
}

#[test]
fn the_best_of_a_round_go_on_and_of_equal_ones_the_older() {
    let losses = [0.5, 0.2, 0.9, 0.2, 0.8, 0.7, 0.2, 0.2, 0.3];
    let ran = run(&halving(), &problem(9, Budget::trials(9)), 4, |trial, _| {
        Some(losses[usize::try_from(trial).unwrap()])
    });
    assert_eq!(ran.work[9..], [(1, 3), (3, 3), (6, 3), (1, 9)]);
    assert_eq!(
        (ran.reason, ran.count(TrialState::Stopped)),
        (EndReason::Exhausted, 8)
    );
}

#[test]
fn a_round_that_the_budget_cuts_short_is_halved_all_the_same() {
    for trials in 1..30 {
        for workers in [1, 5] {
            let ran = run(
                &halving(),
                &problem(27, Budget::trials(trials)),
                workers,
                |trial, at| {
                    let chance = Seed::new(trials).derive(trial);
                    (chance.named("fails").unit() > 0.1).then(|| chance.derive(at).unit())
                },
            );
            assert_eq!(
                ran.count(TrialState::Paused),
                0,
                "{trials} trials, {workers} workers"
            );
            assert_eq!(ran.trials.len() as u64, trials);
        }
    }
}

#[test]
fn a_trial_that_fails_leaves_its_place_to_the_next_best() {
    let ran = run(
        &halving(),
        &problem(9, Budget::trials(9)),
        1,
        |trial, at| (trial != 0 || at < 3).then_some(trial as f64),
    );
    assert_eq!(ran.work[9..], [(0, 3), (1, 3), (2, 3), (1, 9)]);
    let all_fail = run(&halving(), &problem(9, Budget::trials(4)), 1, |_, _| None);
    assert_eq!(all_fail.count(TrialState::Failed), 4);
}

#[test]
fn a_trial_that_oversteps_its_rung_goes_on_from_where_it_is() {
    let problem = problem(27, Budget::trials(27));
    let ran = drive(
        halving().build(&problem).unwrap(),
        &problem,
        3,
        |work, until| {
            let at = (until.div_ceil(10) * 10).min(27);
            (at, Some(work.trial.get() as f64))
        },
    );
    // All pause at 10. From there 27 is the next rung, and the whole.
    assert_eq!((ran.until(1), ran.until(3), ran.until(27)), (27, 0, 9));
    assert_eq!(ran.count(TrialState::Paused), 0);
}

#[test]
fn over_a_grid_they_end_when_it_does() {
    let over = HyperbandConfig::over(GridConfig::default().resolution(7)).min_resource(1);
    let ran = run(&over, &problem(9, Budget::unlimited()), 2, |trial, _| {
        Some(trial as f64)
    });
    assert_eq!((ran.trials.len(), ran.count(TrialState::Paused)), (7, 0));
    assert_eq!(ran.reason, EndReason::Exhausted);
}
