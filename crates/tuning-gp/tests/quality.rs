//! Better than random search where everything should be: a check of signs, not a benchmark.

mod common;

use common::{best, median, random, run};
use tuning_core::{
    Ended, Objectives, Outcome, Parameter, Params, Problem, Seed, Space, Started, Strategy as _,
    StrategyConfig as _, TrialId, Values,
};
use tuning_gp::GpConfig;

const SEEDS: u64 = 5;

fn check(space: &Space, trials: u64, limit: f64, f: impl Fn(&Params) -> f64) {
    let ours = median(
        (0..SEEDS)
            .map(|seed| best(&run(&GpConfig::default(), space, trials, seed, &f)))
            .collect(),
    );
    let even = median(
        (0..SEEDS)
            .map(|seed| best(&random(space, trials, seed, &f)))
            .collect(),
    );
    assert!(ours < even && ours < limit, "{ours}, random {even}");
}

#[test]
fn branin() {
    let space = Space::new([
        Parameter::float("x", -5.0, 10.0),
        Parameter::float("y", 0.0, 15.0),
    ])
    .unwrap();
    check(&space, 40, 0.41, |p| {
        let (x, y) = (p.float("x").unwrap(), p.float("y").unwrap());
        let pi = std::f64::consts::PI;
        let bowl = y - 5.1 / (4.0 * pi * pi) * x * x + 5.0 / pi * x - 6.0;
        bowl * bowl + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * x.cos() + 10.0
    });
}

#[test]
fn a_bowl_in_six_dimensions() {
    let space = Space::new((0..6).map(|k| Parameter::float(format!("x{k}"), 0.0, 1.0))).unwrap();
    check(&space, 40, 0.02, |p| {
        let term = |k: usize| {
            (1 + k) as f64 * (p.float(&format!("x{k}")).unwrap() - 0.1 * (k + 2) as f64).powi(2)
        };
        (0..6).map(term).sum()
    });
}

#[test]
fn a_mixed_conditional_space() {
    let space = Space::new([
        Parameter::categorical("model", ["tree", "net"]),
        Parameter::int("depth", 1, 20).when("model", ["tree"]),
        Parameter::float("lr", 1e-5, 1.0)
            .log()
            .when("model", ["net"]),
        Parameter::ordered("width", [16, 32, 64, 128, 256]).when("model", ["net"]),
        Parameter::float("dropout", 0.0, 0.8),
    ]);
    check(&space.unwrap(), 40, 0.11, |p| {
        let dropout = (p.float("dropout").unwrap() - 0.2).powi(2);
        dropout
            + match (p.int("depth"), p.float("lr")) {
                (Ok(depth), _) => 0.2 + 0.01 * (depth as f64 - 7.0).powi(2),
                (_, Ok(lr)) => {
                    0.1 + 0.05 * (lr.log10() + 3.0).powi(2)
                        + 0.2 * f64::from(u8::from(p.int("width").unwrap_or(0) != 64)) * 0.1
                }
                _ => 1.0,
            }
    });
}

#[test]
fn the_share_of_noise_tells_noise_from_a_slope() {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("y", 0.0, 1.0),
    ])
    .unwrap();
    let share = |noise: f64| {
        let problem = Problem::new(space.clone(), Objectives::minimize("loss").unwrap());
        let mut gp = GpConfig::default().build(&problem).unwrap();
        assert_eq!(gp.noise_share(), None, "nothing is known yet");
        let trials = random(&space, 40, 1, |p| {
            let (x, y) = (p.float("x").unwrap(), p.float("y").unwrap());
            x + (3.0 * y).sin() + noise * Seed::new(x.to_bits()).unit()
        });
        for (trial, (params, loss)) in (0..).map(TrialId::new).zip(trials) {
            gp.tell(&Started::new(trial, params).into());
            let outcome = Outcome::Completed(Values::one(loss.unwrap()).unwrap());
            gp.tell(&Ended::new(trial, outcome).into());
        }
        let share = gp.noise_share();
        assert_eq!(gp.noise_share(), share, "it was not asked before");
        share.unwrap()
    };
    let (smooth, noisy) = (share(0.0), share(5.0));
    assert!(smooth < 0.02 && noisy > 0.5, "{smooth} {noisy}");
}
