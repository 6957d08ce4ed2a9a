//! Every strategy and combinator of this crate keeps the laws.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tuning_conformance::Law;
use tuning_core::{Literal, Problem, Spec, StrategyConfig, Unsupported};
use tuning_strategies::{
    DedupConfig, Enqueue, EnqueueConfig, GridConfig, RandomConfig, Registry, SobolConfig,
};

/// Why a grid is not asked to beat random search with a part of its points.
const IN_ORDER: &str = "the first points of a grid in order all lie on one of its sides";

#[test]
fn random_keeps_the_laws() {
    tuning_conformance::strategy(|problem| RandomConfig::default().build(problem))
        .config::<RandomConfig>()
        .check();
}

#[test]
fn grid_keeps_the_laws() {
    tuning_conformance::strategy(|problem| GridConfig::default().build(problem))
        .config::<GridConfig>()
        .skip(Law::Sanity, IN_ORDER)
        .check();
}

#[test]
fn shuffled_grid_keeps_the_laws() {
    let config = GridConfig::default().shuffle(true).resolution(5);
    tuning_conformance::strategy(|problem| config.build(problem)).check();
}

#[test]
fn sobol_keeps_the_laws() {
    tuning_conformance::strategy(|problem| SobolConfig::default().build(problem))
        .config::<SobolConfig>()
        .check();
}

#[test]
fn plain_sobol_keeps_the_laws() {
    let config = SobolConfig::default().scramble(false);
    tuning_conformance::strategy(|problem| config.build(problem)).check();
}

#[test]
fn dedup_keeps_the_laws() {
    tuning_conformance::combinator(DedupConfig::over).check();
}

#[test]
fn dedup_over_grid_keeps_the_laws() {
    let config = DedupConfig::over(GridConfig::default());
    tuning_conformance::strategy(|problem| config.build(problem))
        .skip(Law::Sanity, IN_ORDER)
        .seeds(1)
        .check();
}

/// Two points in front that lie in whatever space is asked for.
struct Points<C>(C);

/// A configuration of a third party.
struct Lent<'a, C>(&'a C);

impl<C: StrategyConfig> StrategyConfig for Lent<'_, C> {
    type Strategy = C::Strategy;

    fn spec(&self) -> Spec {
        self.0.spec()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        self.0.build(problem)
    }
}

impl<C: StrategyConfig> StrategyConfig for Points<C> {
    type Strategy = Enqueue<C::Strategy>;

    fn spec(&self) -> Spec {
        EnqueueConfig::over(Lent(&self.0)).spec()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let mut config = EnqueueConfig::over(Lent(&self.0));
        for u in [0.25, 0.75] {
            let point = problem.space.decode(&vec![u; problem.space.len()]);
            let point = point.expect("one coordinate per parameter");
            let named = point.iter().map(|(name, value)| (name.to_owned(), value));
            config = config.point(named.collect::<Vec<(String, Literal)>>());
        }
        config.build(problem)
    }
}

#[test]
fn enqueue_keeps_the_laws() {
    tuning_conformance::combinator(Points).check();
}

#[test]
fn combinators_nest() {
    let config = EnqueueConfig::over(DedupConfig::over(EnqueueConfig::over(
        RandomConfig::default(),
    )));
    tuning_conformance::strategy(|problem| config.build(problem))
        .config::<DedupConfig<EnqueueConfig<RandomConfig>>>()
        .seeds(1)
        .check();
}

#[test]
fn a_strategy_chosen_at_run_time_keeps_the_laws() {
    let config = RandomConfig::default().boxed();
    tuning_conformance::strategy(|problem| config.build(problem)).check();
}

#[test]
fn options_of_grid_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| serde_json::from_value::<GridConfig>(json!(given))).check();
}

#[test]
fn options_of_sobol_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| serde_json::from_value::<SobolConfig>(json!(given)))
        .check();
}

#[test]
fn options_of_combinators_are_what_they_are_said_to_be() {
    let registry = Registry::standard();
    for name in ["dedup", "enqueue"] {
        let read = |given: &BTreeMap<String, Literal>| match json!(given) {
            Value::Object(given) => registry.config(name, &given),
            _ => unreachable!("a map is written as an object"),
        };
        tuning_conformance::options(read).check();
    }
}
