//! The automatic strategy keeps the laws, in each of its phases.

use tuning_auto::AutoConfig;
use tuning_core::StrategyConfig;

#[test]
fn auto_keeps_the_laws() {
    // As for the Gaussian process that it asks most of the time.
    tuning_conformance::strategy(|problem| AutoConfig::default().build(problem))
        .config::<AutoConfig>()
        .trials(16)
        .seeds(1)
        .check();
}

#[test]
fn auto_without_its_gaussian_process_keeps_the_laws() {
    let config = AutoConfig::default().gp_until(0);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<AutoConfig>(serde_json::json!(given))
    })
    .check();
}
