//! Ranges of more integers than the unit interval tells apart: every remainder of a division comes, whoever proposes.

use std::num::NonZeroUsize;

use serde_json::json;
use tuning_core::{
    AskTell, Budget, Metrics, Objectives, Outcome, Parameter, Problem, Seed, Space,
    StrategyConfig as _, Turn, Values,
};

/// So many remainders are told apart.
const REMAINDERS: usize = 8;

/// How often each remainder comes in a study over the integers from 0 to `high`.
fn remainders(strategy: &str, parameter: Parameter, trials: u64) -> [u64; REMAINDERS] {
    let space = Space::new([parameter]).unwrap();
    let objectives = Objectives::minimize("loss").unwrap();
    let problem = Problem::new(space, objectives).budget(Budget::trials(trials));
    let config = tuning_file::registry().read(&json!(strategy)).unwrap();
    let strategy = config.build(&problem).unwrap();
    let mut study = AskTell::new(problem, strategy, Seed::new(7));
    let mut counts = [0; REMAINDERS];
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        for work in work {
            let n = work.params.int("n").unwrap();
            counts[n.rem_euclid(REMAINDERS as i64) as usize] += 1;
            let loss = Values::one((n as f64 / i64::MAX as f64 - 0.3).powi(2)).unwrap();
            study
                .finish(work.trial, Outcome::Completed(loss), Metrics::default(), 0)
                .unwrap();
        }
    }
    counts
}

fn check(strategy: &str, trials: u64) {
    for high in [i64::MAX, 1 << 55, (1 << 53) - 1, (1 << 44) + 1] {
        for parameter in [
            Parameter::int("n", 0, high),
            Parameter::int("n", 1, high).log(),
            Parameter::int("n", -(high / 2), high / 2),
        ] {
            let shown = format!("{strategy} over {}", parameter.domain());
            let counts = remainders(strategy, parameter, trials);
            let least = trials / REMAINDERS as u64 / 4;
            assert!(
                counts.iter().all(|count| *count >= least),
                "{shown}: {counts:?}"
            );
        }
    }
}

#[test]
fn every_remainder_of_wide_integers_comes_at_random() {
    check("random", 400);
}

#[test]
fn every_remainder_of_wide_integers_comes_from_sobol() {
    check("sobol", 400);
}

#[test]
fn every_remainder_of_wide_integers_comes_from_tpe() {
    check("tpe", 200);
}

#[test]
fn every_remainder_of_wide_integers_comes_from_gp() {
    check("gp", 64);
}

#[test]
fn every_remainder_of_wide_integers_comes_from_cmaes() {
    check("cmaes", 200);
}

#[test]
fn every_remainder_of_wide_integers_comes_from_evolution() {
    for strategy in ["de", "regularised_evolution", "nsga2"] {
        check(strategy, 200);
    }
}

#[test]
fn every_remainder_of_wide_integers_comes_from_auto() {
    check("auto", 64);
}
