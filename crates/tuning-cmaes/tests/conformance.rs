//! CMA-ES keeps the laws, whatever its options.

use tuning_cmaes::{CmaEsConfig, Covariance, Restart};
use tuning_conformance::Law;
use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};

#[test]
fn cmaes_keeps_the_laws() {
    tuning_conformance::strategy(|problem| CmaEsConfig::default().build(problem))
        .config::<CmaEsConfig>()
        .check();
}

#[test]
fn separable_cmaes_keeps_the_laws() {
    let config = CmaEsConfig::default()
        .covariance(Covariance::Diagonal)
        .restart(Restart::Ipop)
        .popsize(4);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}

#[test]
fn cmaes_with_large_steps_and_repetitions_keeps_the_laws() {
    let config = CmaEsConfig::default()
        .sigma0(1.0)
        .restart(Restart::Same)
        .popsize(24)
        .warm_start(0.0)
        .repeat(true);
    tuning_conformance::strategy(|problem| config.build(problem))
        .skip(
            Law::Duplicates,
            "points may be tried again: that is what `repeat` says",
        )
        .skip(
            Law::Sanity,
            "with such steps and 30 trials it has learned from one generation",
        )
        .seeds(1)
        .check();
}

#[test]
fn refusals_say_what_to_do() {
    let space = || Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let problem = Problem::new(space(), Objectives::minimize("loss").unwrap());
    let refusal =
        |config: CmaEsConfig, problem: &Problem| config.build(problem).unwrap_err().to_string();
    let config = CmaEsConfig::default;
    assert_eq!(
        refusal(config().sigma0(0.0), &problem),
        "strategy `cmaes` cannot use `sigma0: 0`: it must be above 0 and at most 1"
    );
    assert!(refusal(config().sigma0(f64::NAN), &problem).contains("`sigma0: NaN`"));
    assert_eq!(
        refusal(config().popsize(3), &problem),
        "strategy `cmaes` cannot use `popsize: 3`: it must be from 4 to 10000"
    );
    assert!(refusal(config().popsize(1_000_000), &problem).contains("from 4 to 10000"));
    assert!(
        refusal(config().warm_start(1.5), &problem)
            .contains("`warm_start: 1.5`: it must be from 0 to 1")
    );
    let two = Problem::new(
        space(),
        Objectives::new([
            tuning_core::Objective::minimize("loss"),
            tuning_core::Objective::minimize("time"),
        ])
        .unwrap(),
    );
    assert_eq!(
        refusal(config(), &two),
        "strategy `cmaes` optimises one objective, and the problem has 2: use `nsga2`, or let the evaluator weigh them into one"
    );
}

#[test]
fn options_read_from_files_and_none_is_misspelt() {
    let read = |text: &str| serde_json::from_str::<CmaEsConfig>(text);
    let config =
        read(r#"{"sigma0": 0.3, "popsize": 12, "restart": "ipop", "covariance": "diagonal"}"#)
            .unwrap();
    assert_eq!(config.popsize, Some(12));
    assert_eq!(
        config.spec().to_string(),
        "cmaes (covariance: diagonal, popsize: 12, repeat: false, restart: ipop, sigma0: 0.3, warm_start: 0.1)"
    );
    assert!(
        read(r#"{"sigma": 0.3}"#)
            .unwrap_err()
            .to_string()
            .contains("sigma0")
    );
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| {
        serde_json::from_value::<CmaEsConfig>(serde_json::json!(given))
    })
    .check();
}
