//! Each strategy finds what it is for, alone and with many workers.

use tuning_core::{Metrics, Outcome, Parameter, Params, Seed, Space, StrategyConfig, Values};
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};

use crate::common::{best, floats, median, minimise, study, uniform, x};

fn found(
    config: &impl StrategyConfig,
    space: &Space,
    (trials, workers): (usize, usize),
    f: fn(&Params) -> f64,
) -> f64 {
    median(9, |seed| {
        best(&study(
            config,
            minimise(space, 1),
            seed,
            (trials, workers),
            |p| vec![f(p)],
        ))
    })
}

fn chance(space: &Space, trials: usize, f: fn(&Params) -> f64) -> f64 {
    median(9, |seed| {
        best(&uniform(space, seed, trials, |p| vec![f(p)]))
    })
}

fn sphere(params: &Params) -> f64 {
    x(params).iter().map(|x| (x - 1.7) * (x - 1.7)).sum()
}

fn rastrigin(params: &Params) -> f64 {
    let term = |x: f64| x * x - 10.0 * (std::f64::consts::TAU * x).cos() + 10.0;
    x(params).iter().map(|x| term(x - 1.3)).sum()
}

/// Eight edges of a cell, each with one of five operations; they depend on their neighbours.
fn cells() -> Space {
    let ops = ["none", "skip", "conv1", "conv3", "pool"];
    Space::new((0..8).map(|k| Parameter::categorical(format!("edge{k}"), ops)))
        .expect("names differ")
}

fn cell(params: &Params) -> f64 {
    let choice = |k: usize| {
        params
            .value(k)
            .map(|value| format!("{value:?}"))
            .unwrap_or_default()
    };
    let right =
        |k: usize| choice(k) == format!("{:?}", tuning_core::Value::Choice(k as u32 * 3 % 5));
    let wrong = (0..8).filter(|k| !right(*k)).count() as f64;
    let pairs = (0..7).filter(|k| right(*k) && right(k + 1)).count() as f64;
    wrong - 0.5 * pairs
}

#[test]
fn differential_evolution_solves_what_is_smooth_and_what_is_rugged() {
    let de = DeConfig::default();
    assert!(found(&de, &floats(5), (1500, 1), sphere) < 1e-6);
    assert!(found(&de, &floats(4), (3000, 1), rastrigin) < 1e-3);
}

#[test]
fn three_hundred_trials_are_far_better_than_chance() {
    for f in [sphere, rastrigin] {
        let by_chance = chance(&floats(5), 300, f);
        let de = found(&DeConfig::default(), &floats(5), (300, 1), f);
        let regularised = found(
            &RegularisedEvolutionConfig::default(),
            &floats(5),
            (300, 1),
            f,
        );
        let nsga2 = found(&Nsga2Config::default(), &floats(5), (300, 1), f);
        for found in [de, regularised, nsga2] {
            assert!(
                found < 0.6 * by_chance,
                "{de} {regularised} {nsga2} {by_chance}"
            );
        }
    }
}

#[test]
fn regularised_evolution_finds_combinations() {
    let config = RegularisedEvolutionConfig::default();
    // The best of 390,625 cells has −3.5.
    let by_chance = chance(&cells(), 600, cell);
    let evolved = found(&config, &cells(), (600, 1), cell);
    assert!(evolved <= -3.0 && by_chance >= 1.0, "{evolved} {by_chance}");
}

#[test]
fn workers_cost_few_trials() {
    let by_chance = chance(&floats(5), 600, sphere);
    for workers in [4, 32] {
        let de = found(&DeConfig::default(), &floats(5), (600, workers), sphere);
        let regularised = found(
            &RegularisedEvolutionConfig::default(),
            &floats(5),
            (600, workers),
            sphere,
        );
        let nsga2 = found(&Nsga2Config::default(), &floats(5), (600, workers), sphere);
        for found in [de, regularised, nsga2] {
            assert!(
                found < 0.2 * by_chance,
                "{workers}: {de} {regularised} {nsga2} {by_chance}"
            );
        }
    }
}

#[test]
fn integers_choices_and_branches_are_searched_together() {
    let space = Space::new([
        Parameter::categorical("kind", ["a", "b", "c"]),
        Parameter::float("xa", 0.0, 1.0).when("kind", ["a"]),
        Parameter::float("xb", 0.0, 1.0).when("kind", ["b"]),
        Parameter::int("n", 1, 1000).log(),
        Parameter::float("y", 0.0, 1.0),
    ])
    .expect("parents come first");
    let f = |params: &Params| {
        let off = |name: &str, at: f64| params.float(name).ok().map(|x| (x - at) * (x - at));
        let branch = off("xb", 0.7)
            .or_else(|| off("xa", 0.2).map(|v| v + 0.2))
            .unwrap_or(1.0);
        let n = params.float("n").expect("there").log10() - 2.0;
        branch + n * n + off("y", 0.4).expect("there")
    };
    let by_chance = chance(&space, 400, f);
    let de = found(&DeConfig::default(), &space, (400, 4), f);
    let regularised = found(&RegularisedEvolutionConfig::default(), &space, (400, 4), f);
    let nsga2 = found(&Nsga2Config::default(), &space, (400, 4), f);
    for found in [de, regularised, nsga2] {
        assert!(
            found < 0.3 * by_chance,
            "{de} {regularised} {nsga2} {by_chance}"
        );
    }
}

#[test]
fn trials_of_others_are_the_first_population() {
    let space = floats(6);
    let problem = minimise(&space, 1);
    let begin = |config: &DeConfig, told: bool, seed: u64| {
        let strategy = config.build(&problem).expect("it can");
        let mut study = tuning_core::AskTell::new(problem.clone(), strategy, Seed::new(seed));
        for (params, values) in uniform(&space, seed, if told { 200 } else { 0 }, |p| {
            vec![sphere(p)]
        }) {
            let outcome = Outcome::Completed(Values::new(values).expect("finite"));
            study
                .add([tuning_core::AddedTrial::new(params, outcome)])
                .expect("in the space");
        }
        let mut best = f64::MAX;
        for _ in 0..100 {
            let turn = study.ask(std::num::NonZeroUsize::MIN).expect("it can");
            let tuning_core::Turn::Work(work) = turn else {
                panic!("there is no budget");
            };
            let value = sphere(&work[0].params);
            best = best.min(value);
            let outcome = Outcome::Completed(Values::one(value).expect("finite"));
            study
                .finish(work[0].trial, outcome, Metrics::default(), 0)
                .expect("in flight");
        }
        best
    };
    let middle = |told| median(11, |seed| begin(&DeConfig::default(), told, seed));
    assert!(
        middle(true) < 0.8 * middle(false),
        "{} {}",
        middle(true),
        middle(false)
    );
}
