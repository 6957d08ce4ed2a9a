//! Hyperband and successive halving: their laws, the published table, and their rules one by one.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    AskTell, Budget, EndReason, Fact, FailureKind, FidelityRange, Objective, Objectives, Seed,
    StrategyConfig, TrialState, Work,
};
use tuning_multifidelity::{HyperbandConfig, SuccessiveHalvingConfig};
use tuning_strategies::{GridConfig, RandomConfig};

use crate::studies::{Ran, drive, drive_in_order, problem, run};

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
    // The first bracket of Hyperband is the same.
    let same = run(
        &hyperband(),
        &problem(9, Budget::trials(9)),
        4,
        |trial, _| Some(losses[usize::try_from(trial).unwrap()]),
    );
    assert_eq!(same.work, ran.work);
}

#[test]
fn a_loss_that_is_no_number_fails_the_trial_and_leaves_its_place_to_the_next_best() {
    let loss = |trial: u64, at: u64| match (trial, at) {
        (0, 1) => Some(f64::NAN),
        (1, 3) => Some(f64::NEG_INFINITY),
        _ => Some(trial as f64),
    };
    let problem = problem(9, Budget::trials(9));
    for ran in [
        run(&halving(), &problem, 2, loss),
        run(&hyperband(), &problem, 2, loss),
    ] {
        assert_eq!(ran.work[9..], [(1, 3), (2, 3), (3, 3), (2, 9)]);
        for trial in [0, 1] {
            let failure = ran.trial(trial).failure.as_ref().unwrap();
            assert_eq!(failure.kind, FailureKind::NonFinite);
        }
    }
}

#[test]
fn a_round_waits_for_the_trial_that_comes_last() {
    fn late<C: StrategyConfig>(config: &C) -> Ran {
        let problem = problem(9, Budget::trials(9));
        let study = AskTell::new(
            problem.clone(),
            config.build(&problem).unwrap(),
            Seed::new(5),
        );
        // Of two workers, the one that began last is done first: the first trial is done when all others are.
        drive_in_order(
            study,
            &problem,
            2,
            |running| running - 1,
            |work, until| (until, Some(work.trial.get() as f64)),
        )
    }
    for ran in [late(&halving()), late(&hyperband())] {
        let paused = ran.place(0, |fact| matches!(fact, Fact::Paused(_)));
        let resumed = ran
            .facts
            .iter()
            .position(|fact| matches!(fact, Fact::Resumed(_)));
        assert!(
            paused.is_some() && paused < resumed,
            "{paused:?} {resumed:?}"
        );
        assert_eq!(ran.work[9..], [(0, 3), (1, 3), (2, 3), (0, 9)]);
    }
}

#[test]
fn a_round_of_fewer_than_a_factor_sends_its_best_trial_on() {
    let problem = problem(27, Budget::trials(2));
    let loss = |trial: u64, _: u64| Some([0.5, 0.2][usize::try_from(trial).unwrap()]);
    let by_hand = [(0, 1), (1, 1), (1, 3), (1, 9), (1, 27)];
    assert_eq!(run(&halving(), &problem, 1, loss).work, by_hand);
    assert_eq!(run(&hyperband(), &problem, 1, loss).work, by_hand);
}

#[test]
fn no_rung_is_below_the_least_fidelity() {
    let rungs = |min: u64| {
        let problem = problem(45, Budget::trials(9));
        let problem = problem.fidelity(FidelityRange::new(min, 45).unwrap());
        let loss = |trial: u64, _: u64| Some(trial as f64);
        let until = |ran: &Ran| {
            let all: BTreeSet<_> = ran.work.iter().map(|(_, until)| *until).collect();
            Vec::from_iter(all)
        };
        let halved = until(&run(&halving(), &problem, 1, loss));
        assert_eq!(halved, until(&run(&hyperband(), &problem, 1, loss)));
        halved
    };
    // Counted down from the whole, as far as they are not below.
    assert_eq!((rungs(5), rungs(6)), (vec![5, 15, 45], vec![15, 45]));
    assert_eq!(rungs(45), [45]);
}

#[test]
fn several_objectives_are_refused_with_the_remedy() {
    let mut two = problem(9, Budget::trials(3));
    two.objectives =
        Objectives::new([Objective::minimize("loss"), Objective::minimize("size")]).unwrap();
    for (name, refused) in [
        ("successive_halving", halving().build(&two).err()),
        ("hyperband", hyperband().build(&two).err()),
    ] {
        let expected = format!(
            "strategy `{name}` compares trials by one objective, and there are `loss`, `size`: keep one of them, and \
             report the others as metrics"
        );
        assert_eq!(refused.unwrap().to_string(), expected);
    }
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
    let result = |work: &Work, until: u64| {
        let at = (until.div_ceil(10) * 10).min(27);
        (at, Some(work.trial.get() as f64))
    };
    for ran in [
        drive(halving().build(&problem).unwrap(), &problem, 3, result),
        drive(hyperband().build(&problem).unwrap(), &problem, 3, result),
    ] {
        // All pause at 10. From there 27 is the next rung, and the whole.
        assert_eq!((ran.until(1), ran.until(3), ran.until(27)), (27, 0, 9));
        assert_eq!(ran.count(TrialState::Paused), 0);
    }
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
