//! The strategy keeps the laws, with its defaults and at the ends of its options.

use tuning_core::StrategyConfig;
use tuning_tpe::TpeConfig;

#[test]
fn tpe_keeps_the_laws() {
    tuning_conformance::strategy(|problem| TpeConfig::default().build(problem))
        .config::<TpeConfig>()
        .check();
}

#[test]
fn tpe_keeps_the_laws_from_the_first_trial() {
    let config = TpeConfig::default()
        .n_startup_trials(0)
        .random_fraction(0.0);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(2)
        .check();
}

#[test]
fn tpe_keeps_the_laws_with_odd_options() {
    let config = TpeConfig::default()
        .n_startup_trials(3)
        .gamma(0.9)
        .n_ei_candidates(1)
        .prior_weight(1e-6)
        .min_bandwidth(1e-12)
        .constant_liar(false);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<TpeConfig>(serde_json::json!(given))
    })
    .check();
}
