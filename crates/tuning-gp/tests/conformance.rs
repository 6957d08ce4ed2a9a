//! The strategy keeps the laws, with its defaults and with options that reach its further parts.

use tuning_core::StrategyConfig;
use tuning_gp::{Acquisition, GpConfig};

/// What there is in spaces, without the many variants of it.
const SPACES: [&str; 2] = ["every-kind-twice", "deep-conditions"];

#[test]
fn gp_keeps_the_laws() {
    // Each ask after the first ten fits a model: more of them would cost more than all tests of another strategy.
    tuning_conformance::strategy(|problem| GpConfig::default().build(problem))
        .config::<GpConfig>()
        .trials(16)
        .seeds(1)
        .check();
}

#[test]
fn a_small_model_in_a_trust_region_keeps_the_laws() {
    let config = GpConfig::default()
        .n_startup_trials(2)
        .max_observations(16)
        .trust_region_after(16)
        .output_warp(false)
        .acquisition(Acquisition::LogEi);
    tuning_conformance::strategy(|problem| config.build(problem))
        .spaces(SPACES)
        .trials(26)
        .seeds(1)
        .check();
}

#[test]
fn one_chosen_at_run_time_keeps_the_laws() {
    let config = GpConfig::default().acquisition(Acquisition::Ucb).boxed();
    tuning_conformance::strategy(|problem| config.build(problem))
        .spaces(["training"])
        .seeds(1)
        .check();
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<GpConfig>(serde_json::json!(given))
    })
    .check();
}
