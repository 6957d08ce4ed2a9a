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

#[test]
fn along_fidelities_auto_keeps_the_laws_of_schedulers() {
    // Whoever leads: the model of learning curves, or ranks. Both have their lowest rung at a seventeenth.
    for config in [AutoConfig::default(), AutoConfig::default().gp_until(0)] {
        tuning_conformance::scheduler(|problem| config.build(problem))
            .rungs(|range| {
                let (min, max) = (range.min().get(), range.max().get());
                let lowest = (max as f64 / 17.0).round() as u64;
                let lowest = lowest.clamp(min, max);
                [lowest, 3 * lowest, 9 * lowest]
            })
            .seeds(1)
            .trials(10)
            .check();
    }
}
