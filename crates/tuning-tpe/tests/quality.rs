//! It finds better points than random search. How much better, `benches` measures; this is the least.

mod common;

use common::{study, with};
use tuning_core::{
    Ask, Asked, Fact, Objectives, Parameter, Params, Problem, Proposal, Space, Strategy,
    StrategyError,
};

struct Random(Space);

impl Strategy for Random {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let seed = ask.seed(0).named("random search");
        let place = |d: usize| seed.derive(d as u64).unit();
        let point: Vec<f64> = (0..self.0.len()).map(place).collect();
        let params = self.0.decode(&point)?;
        Ok(Asked::Propose(vec![Proposal::start(params)]))
    }

    fn tell(&mut self, _: &Fact) {}
}

/// Checks that the median of nine studies of 60 trials is at most `share` of that of random search.
fn check(parameters: Vec<Parameter>, share: f64, objective: fn(&Params) -> f64) {
    let space = Space::new(parameters).unwrap();
    let problem = Problem::new(space.clone(), Objectives::minimize("loss").unwrap());
    let best = |done: Vec<(Params, Option<f64>)>| {
        let losses = done.into_iter().filter_map(|(_, loss)| loss);
        losses.fold(f64::INFINITY, f64::min)
    };
    let median = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let evaluate = |params: &Params| Some(objective(params));
    let tpe = (0..9).map(|seed| best(study(&problem, seed, 60, evaluate)));
    let tpe = median(tpe.collect());
    let random = (0..9).map(|seed| {
        let random = Random(space.clone());
        best(with(random, &problem, seed, 60, evaluate))
    });
    let random = median(random.collect());
    assert!(tpe <= share * random, "{tpe}, and random search {random}");
}

#[test]
fn a_valley_that_turns() {
    let parameters = (0..3).map(|d| Parameter::float(format!("x{d}"), -2.048, 2.048));
    check(parameters.collect(), 0.6, |params| {
        let x = [0, 1, 2].map(|d| params.float(&format!("x{d}")).unwrap());
        let term = |p: &[f64]| 100.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2);
        x.windows(2).map(term).sum()
    });
}

#[test]
fn many_numbers_off_the_centre() {
    let parameters = (0..8).map(|d| Parameter::float(format!("x{d}"), 0.0, 1.0));
    check(parameters.collect(), 0.5, |params| {
        let place = params.space().encode(params);
        let away = (0_u32..).zip(place.into_iter().flatten());
        away.map(|(d, x)| (x - 0.1 - 0.1 * f64::from(d)).powi(2))
            .sum()
    });
}

#[test]
fn training_with_conditions() {
    let parameters = vec![
        Parameter::float("lr", 1e-6, 1.0).log(),
        Parameter::int("layers", 1, 8),
        Parameter::ordered("batch", [16, 32, 64, 128, 256]),
        Parameter::categorical("optimizer", ["sgd", "adam", "lion"]),
        Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
        Parameter::categorical("activation", ["relu", "gelu", "tanh", "elu"]),
    ];
    check(parameters, 0.75, |params| {
        let choice = |name: &str, costs: &[(&str, f64)]| {
            let chosen = params.str(name).unwrap();
            costs.iter().find(|(name, _)| **name == *chosen).unwrap().1
        };
        let best = choice(
            "optimizer",
            &[("sgd", -1.0), ("adam", -3.0), ("lion", -4.0)],
        );
        let away = params.float("lr").unwrap().log10() - best;
        away * away
            + 0.1 * (params.float("layers").unwrap() - 6.0).abs()
            + 0.2 * (params.float("batch").unwrap().log2() - 5.0).abs()
            + params.float("momentum").map_or(0.5, |m| (m - 0.9).abs())
            + choice(
                "activation",
                &[("relu", 0.5), ("gelu", 0.0), ("tanh", 1.0), ("elu", 0.7)],
            )
    });
}
