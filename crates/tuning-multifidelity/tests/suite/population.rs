//! Population based training: its laws, an example by hand, and its rules one by one.

use tuning_conformance::Law;
use tuning_core::{
    AskTell, Budget, EndReason, FailureLimit, Fidelity, Fork, Objective, Objectives, Order,
    Parameter, Problem, Seed, Space, StrategyConfig, TrialId, TrialState,
};
use tuning_multifidelity::PbtConfig;
use tuning_toolkit::Stream;

use crate::studies::{Ran, Step, drive, drive_in_order, problem, run};

fn pbt(population: u32, interval: u64) -> PbtConfig {
    PbtConfig::default()
        .population(population)
        .interval(interval)
}

/// One worker, steps of one; the loss of a trial is its number, but those that are forks are better than all before.
fn newest_best(population: u32, max: u64, budget: Budget) -> Ran {
    let loss = move |trial: u64, _| {
        let new = trial >= u64::from(population);
        Some(if new { -(trial as f64) } else { trial as f64 })
    };
    run(
        &pbt(population, 1).resample(0.0),
        &problem(max, budget),
        1,
        loss,
    )
}

/// The trial that this one began from, and where.
fn fork(ran: &Ran, trial: u64) -> Option<(u64, u64)> {
    let fork = ran.trial(trial).fork;
    fork.map(|Fork { trial, at, .. }| (trial.get(), at.map_or(0, Fidelity::get)))
}

fn x(ran: &Ran, trial: u64) -> f64 {
    ran.trial(trial).params.float("x").unwrap()
}

#[test]
fn it_keeps_the_laws() {
    tuning_conformance::strategy(|problem| PbtConfig::default().build(problem))
        .config::<PbtConfig>()
        .check();
}

#[test]
fn a_small_population_keeps_the_laws() {
    let config = pbt(4, 2).quantile(0.5).resample(0.0);
    tuning_conformance::strategy(|problem| config.build(problem))
        .skip(Law::Sanity, "its copies keep the choices of four members")
        .check();
}

#[test]
fn what_is_said_of_the_options_is_what_they_do() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<PbtConfig>(serde_json::json!(given))
    })
    .check();
}

/// Four members, three steps, a quarter: one member is replaced after each step but the last.
#[test]
fn an_example_by_hand() {
    let ran = newest_best(4, 3, Budget::unlimited());
    let step_1 = [(0, 1), (1, 1), (2, 1), (3, 1)];
    // The fourth is the worst: a copy of the first takes its place before the first continues.
    let step_2 = [(4, 2), (0, 2), (1, 2), (2, 2)];
    // The copy is the best now and the third the worst.
    let step_3 = [(5, 3), (0, 3), (1, 3), (4, 3)];
    assert_eq!(ran.work, [step_1, step_2, step_3].concat());
    assert_eq!((fork(&ran, 4), fork(&ran, 5)), (Some((0, 1)), Some((4, 2))));
    assert_eq!((0..4).find_map(|trial| fork(&ran, trial)), None);
    for (copy, donor) in [(4, 0), (5, 4)] {
        let factors = [0.8, 1.2].map(|factor| (x(&ran, donor) * factor).min(1.0));
        assert!(factors.contains(&x(&ran, copy)), "{copy}");
    }
    assert_eq!(
        (
            ran.count(TrialState::Completed),
            ran.count(TrialState::Stopped)
        ),
        (4, 2)
    );
    assert_eq!(ran.reason, EndReason::Exhausted);
    assert_eq!(
        ran.trial(4).tag.to_string(),
        "pbt:member 4, step 2 of 3",
        "it has the place of the fourth"
    );
}

#[test]
fn what_is_beaten_is_given_up_once_its_copy_has_begun() {
    let ran = newest_best(4, 3, Budget::unlimited());
    let began = ran.order.iter().position(|step| *step == Step::Began(4));
    assert_eq!(ran.order[began.unwrap() + 1], Step::Ended(3));
}

/// Of eight members, the two best are copied by the seed of the copy's number.
#[test]
fn the_donor_is_drawn_by_the_seed_of_the_copy() {
    let ran = run(
        &pbt(8, 1),
        &problem(2, Budget::unlimited()),
        3,
        |trial, _| Some(trial as f64),
    );
    for copy in [8, 9] {
        let seed = Seed::new(5).derive(copy).named("donor");
        let drawn = Stream::new(seed).below(2) as u64;
        assert_eq!(fork(&ran, copy), Some((drawn, 1)));
    }
    assert_eq!(ran.trials.len(), 10);
}

#[test]
fn of_equal_losses_the_younger_trials_are_replaced() {
    let ran = run(&pbt(4, 1), &problem(2, Budget::unlimited()), 2, |_, _| {
        Some(0.5)
    });
    assert_eq!(fork(&ran, 4), Some((0, 1)));
    assert_eq!(ran.trial(3).state, TrialState::Stopped);
}

#[test]
fn how_many_workers_there_are_and_who_is_done_first_changes_nothing() {
    let problem = problem(12, Budget::unlimited());
    let loss = |trial: u64, at: u64| {
        let noise = Seed::new(7).derive(trial);
        (noise.derive(at).named("fails").unit() > 0.05)
            .then(|| noise.unit() + noise.derive(at).unit() / 4.0)
    };
    let ran = |workers: usize, order: Order, seed: u64| {
        let strategy = pbt(7, 2).build(&problem).unwrap();
        let study = AskTell::new(problem.clone(), strategy, Seed::new(5)).order(order);
        let mut stream = Stream::new(Seed::new(seed));
        let ran = drive_in_order(
            study,
            &problem,
            workers,
            |running| stream.below(running),
            |work, until| (until, loss(work.trial.get(), until)),
        );
        let trials: Vec<_> = ran.trials.iter().collect();
        assert!(trials.iter().all(|trial| trial.state != TrialState::Paused));
        trials
            .iter()
            .map(|trial| {
                let fork = trial.fork.map(|fork| (fork.trial, fork.at));
                (trial.params.key(), fork, trial.state, trial.reports.clone())
            })
            .collect::<Vec<_>>()
    };
    let alone = ran(1, Order::AsFinished, 0);
    assert!(
        alone
            .iter()
            .any(|(_, _, state, _)| *state == TrialState::Failed)
    );
    let lag = |lag: usize| Order::AsProposed {
        lag: lag.try_into().unwrap(),
    };
    for seed in 0..4 {
        for (workers, order) in [
            (1, lag(1)),
            (2, lag(8)),
            (8, lag(8)),
            (3, Order::AsFinished),
            (8, Order::AsFinished),
        ] {
            assert_eq!(
                ran(workers, order, seed),
                alone,
                "{workers} workers, {order:?}"
            );
        }
    }
}

#[test]
fn a_copy_takes_the_place_of_a_member_that_fails() {
    let loss = |trial: u64, at: u64| ((trial, at) != (1, 1)).then_some(trial as f64);
    let ran = run(&pbt(4, 1), &problem(2, Budget::unlimited()), 2, loss);
    // Three have paused: one of them is beaten, and one place was free.
    assert_eq!((fork(&ran, 4), fork(&ran, 5)), (Some((0, 1)), Some((0, 1))));
    assert_eq!(ran.trial(4).tag.to_string(), "pbt:member 2, step 2 of 2");
    assert_eq!(ran.count(TrialState::Completed), 4);
}

#[test]
fn if_all_members_fail_new_ones_begin_and_the_study_ends_all_the_same() {
    let mut budget = Budget::unlimited();
    budget.failures = FailureLimit::Never;
    let ran = run(&pbt(3, 1), &problem(3, budget), 2, |_, _| None);
    assert_eq!(
        (ran.trials.len(), ran.reason, ran.until(3)),
        (9, EndReason::Exhausted, 3)
    );
    assert!((0..9).all(|trial| fork(&ran, trial).is_none()));
}

#[test]
fn when_no_trials_are_left_all_members_train_to_their_end() {
    // Five trials: one copy after the first step, none after the second.
    let ran = newest_best(4, 3, Budget::trials(5));
    assert_eq!(ran.trials.len(), 5);
    assert_eq!(
        (
            ran.count(TrialState::Completed),
            ran.count(TrialState::Stopped)
        ),
        (4, 1)
    );
    // Fewer trials than members.
    for trials in 1..=3 {
        let ran = newest_best(4, 3, Budget::trials(trials));
        assert_eq!(ran.count(TrialState::Completed) as u64, trials);
        assert_eq!(
            (ran.trials.len() as u64, ran.until(2)),
            (trials, trials as usize)
        );
    }
}

#[test]
fn when_trials_are_left_another_population_begins() {
    // Six trials are one population: four members and two copies.
    let ran = newest_best(4, 3, Budget::trials(12));
    assert_eq!((ran.trials.len(), ran.reason), (12, EndReason::Exhausted));
    let (first, second) = ran.work.split_at(12);
    let ends = |work: &[(u64, u64)]| work.iter().map(|(_, until)| *until).collect::<Vec<_>>();
    assert_eq!(ends(first), ends(second));
    assert_eq!((6..10).find_map(|trial| fork(&ran, trial)), None);
    assert!(fork(&ran, 10).is_some_and(|(donor, _)| donor >= 6));
}

#[test]
fn a_member_that_pauses_beyond_a_step_goes_on_to_the_next_one() {
    let problem = problem(40, Budget::unlimited());
    let ran = drive(
        pbt(4, 4).build(&problem).unwrap(),
        &problem,
        2,
        |work, until| {
            // Reports come every ten epochs.
            (
                until.next_multiple_of(10).min(40),
                Some(work.trial.get() as f64),
            )
        },
    );
    // All pause at 10, and then at 20, and so on: they are asked for the first multiple of four behind.
    assert_eq!((ran.until(4), ran.until(12), ran.until(24)), (4, 4, 4));
    assert_eq!((ran.until(8), ran.until(32), ran.until(40)), (0, 4, 4));
    assert_eq!(fork(&ran, 4), Some((0, 10)));
    assert_eq!(ran.count(TrialState::Completed), 4);
}

#[test]
fn a_copy_keeps_the_parameters_that_are_fixed() {
    let space = Space::new([
        Parameter::float("lr", 1e-5, 1e-1).log(),
        Parameter::int("layers", 1, 64),
    ]);
    let mut problem = problem(9, Budget::unlimited());
    problem.space = space.unwrap();
    let config = pbt(8, 1).fixed(["layers"]).resample(1.0);
    let ran = run(&config, &problem, 4, |trial, at| {
        Some(Seed::new(trial).derive(at).unit())
    });
    let value = |trial: TrialId, name| ran.trial(trial.get()).params.get(name);
    let forks: Vec<_> = ran
        .trials
        .iter()
        .filter_map(|t| Some((t.id, t.fork?)))
        .collect();
    assert_eq!(forks.len(), 8 * 2);
    for (copy, fork) in forks {
        assert_eq!(value(copy, "layers"), value(fork.trial, "layers"));
        assert_ne!(value(copy, "lr"), value(fork.trial, "lr"));
    }
}

#[test]
fn what_it_cannot_work_with_is_refused_with_the_remedy() {
    let refusal =
        |config: PbtConfig, problem: &Problem| config.build(problem).unwrap_err().to_string();
    let plain = problem(9, Budget::unlimited());
    assert_eq!(
        refusal(pbt(4, 1).fixed(["xx"]), &plain),
        "strategy `pbt` has `xx` in `fixed`, which is not a parameter of the space: did you mean `x`?"
    );
    assert!(
        refusal(pbt(4, 1), &plain.clone().fidelity(None)).contains("declare it, as in `fidelity:")
    );
    let mut two = plain;
    two.objectives =
        Objectives::new([Objective::minimize("loss"), Objective::minimize("size")]).unwrap();
    assert!(refusal(pbt(4, 1), &two).contains("there are `loss`, `size`: keep one of them"));
}
