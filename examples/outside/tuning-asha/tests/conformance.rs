//! `asha` keeps the laws of strategies and of combinators, and study files can name it and its options.

use serde_json::json;
use tuning_asha::{AshaConfig, NAME, register};
use tuning_conformance::{Promotion, SchedulerLaw};
use tuning_core::StrategyConfig;
use tuning_strategies::{RandomConfig, Registry, SobolConfig};

#[test]
fn it_keeps_the_laws_of_combinators() {
    tuning_conformance::combinator(|inner| AshaConfig::over(inner)).check();
}

#[test]
fn it_keeps_the_laws_of_strategies_over_random_search() {
    let config = AshaConfig::over(RandomConfig::default());
    tuning_conformance::strategy(|problem| config.build(problem))
        .config::<AshaConfig<RandomConfig>>()
        .check();
}

#[test]
fn it_keeps_the_laws_of_schedulers() {
    let config = AshaConfig::over(RandomConfig::default());
    tuning_conformance::scheduler(|problem| config.build(problem))
        .rungs(|range| {
            let rungs = std::iter::successors(Some(range.min().get()), |rung| Some(3 * rung));
            rungs.take_while(move |rung| *rung < range.max().get())
        })
        .promotes(Promotion::best_so_far(3))
        .skip(
            SchedulerLaw::Whole,
            "as in the paper, none of fewer than three trials is promoted",
        )
        .check();
}

#[test]
fn a_registry_knows_it_by_name() {
    let mut registry = Registry::standard();
    register(&mut registry);
    let read = |value| registry.read(&value).map(|config| config.spec());

    let expect = AshaConfig::over(SobolConfig::default()).reduction(4).spec();
    assert_eq!(
        read(json!({"name": NAME, "reduction": 4, "inner": "sobol"})).unwrap(),
        expect
    );
    let error = read(json!({"name": NAME, "inner": "sobel"}))
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean `sobol`?"), "{error}");
}
