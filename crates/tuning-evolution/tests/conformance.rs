//! Every strategy of this crate keeps the laws, whatever its options.

use tuning_core::{Objective, Objectives, Parameter, Problem, Space, StrategyConfig};
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};

#[test]
fn differential_evolution_keeps_the_laws() {
    tuning_conformance::strategy(|problem| DeConfig::default().build(problem))
        .config::<DeConfig>()
        .check();
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
        .config::<RegularisedEvolutionConfig>()
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
    tuning_conformance::strategy(|problem| Nsga2Config::default().build(problem))
        .config::<Nsga2Config>()
        .check();
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

fn problem(objectives: usize) -> Problem {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let objectives = (0..objectives).map(|k| Objective::minimize(format!("loss{k}")));
    Problem::new(space, Objectives::new(objectives).unwrap())
}

fn refusal(config: &impl StrategyConfig, objectives: usize) -> String {
    let built = config.build(&problem(objectives));
    built.err().expect("it refuses").to_string()
}

#[test]
fn refusals_say_what_to_do() {
    assert_eq!(
        refusal(&DeConfig::default(), 2),
        "strategy `de` optimises one objective, and the problem has 2: use `nsga2`, or let the evaluator weigh them into one"
    );
    assert!(refusal(&RegularisedEvolutionConfig::default(), 3).contains("use `nsga2`"));
    assert_eq!(
        refusal(&DeConfig::default().popsize(3), 1),
        "strategy `de` cannot use `popsize: 3`: it must be from 4 to 10000"
    );
    assert!(refusal(&DeConfig::default().p_best(0.0), 1).contains("must be above 0 and at most 1"));
    assert!(refusal(&DeConfig::default().archive(f64::NAN), 1).contains("must be from 0 to 100"));
    assert!(refusal(&DeConfig::default().memory(0), 1).contains("`memory: 0`"));
    let config = RegularisedEvolutionConfig::default();
    assert!(
        refusal(&config.clone().tournament(0), 1)
            .contains("`tournament: 0`: it must be from 1 to 10000")
    );
    assert!(refusal(&config.popsize(1), 1).contains("must be from 4 to 10000"));
    assert_eq!(
        refusal(&Nsga2Config::default().mutation(1.5), 2),
        "strategy `nsga2` cannot use `mutation: 1.5`: it must be from 0 to 1"
    );
    assert!(
        refusal(&Nsga2Config::default().crossover_eta(f64::INFINITY), 2)
            .contains("must be from 0 to 1000")
    );
    assert!(refusal(&Nsga2Config::default().popsize(5000), 2).contains("must be from 4 to 1000"));
}

#[test]
fn options_read_from_files_and_none_is_misspelt() {
    let de: DeConfig = serde_json::from_str(r#"{"popsize": 30, "shrink": false}"#).unwrap();
    assert_eq!(
        de.spec().to_string(),
        "de (archive: 2.6, memory: 6, p_best: 0.11, popsize: 30, shrink: false)"
    );
    let nsga2: Nsga2Config = serde_json::from_str("{}").unwrap();
    assert_eq!(
        nsga2.spec().to_string(),
        "nsga2 (crossover: 0.9, crossover_eta: 10, mutation: null, mutation_eta: 5, popsize: 30)"
    );
    let misspelt = serde_json::from_str::<RegularisedEvolutionConfig>(r#"{"sample_size": 5}"#);
    assert!(misspelt.unwrap_err().to_string().contains("tournament"));
}

#[test]
fn options_of_differential_evolution_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<DeConfig>(serde_json::json!(given))
    })
    .check();
}

#[test]
fn options_of_regularised_evolution_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<RegularisedEvolutionConfig>(serde_json::json!(given))
    })
    .check();
}

#[test]
fn options_of_nsga2_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<Nsga2Config>(serde_json::json!(given))
    })
    .check();
}
