//! Every strategy of this crate keeps the laws, whatever its options.

use tuning_core::StrategyConfig;
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};

#[test]
fn differential_evolution_keeps_the_laws() {
    tuning_conformance::strategy(|problem| DeConfig::default().build(problem)).check();
}

#[test]
fn a_small_population_that_does_not_shrink_keeps_the_laws() {
    let config = DeConfig::default()
        .popsize(4)
        .shrink(false)
        .archive(0.0)
        .memory(1)
        .p_best(1.0);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}

#[test]
fn regularised_evolution_keeps_the_laws() {
    tuning_conformance::strategy(|problem| RegularisedEvolutionConfig::default().build(problem))
        .check();
}

#[test]
fn hasty_regularised_evolution_keeps_the_laws() {
    let config = RegularisedEvolutionConfig::default()
        .popsize(6)
        .tournament(3);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}

#[test]
fn nsga2_keeps_the_laws() {
    tuning_conformance::strategy(|problem| Nsga2Config::default().build(problem)).check();
}

#[test]
fn a_small_nsga2_keeps_the_laws() {
    let config = Nsga2Config::default()
        .popsize(8)
        .mutation(0.5)
        .crossover_eta(2.0);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}
