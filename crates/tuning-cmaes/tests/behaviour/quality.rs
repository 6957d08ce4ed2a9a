//! It finds what it is for, in every kind of space, alone and with many workers.

use crate::common::{Study, floats, median, minimise, study, x};
use tuning_cmaes::{CmaEsConfig, Covariance, Restart};
use tuning_core::{Parameter, Params, Seed, Space};

/// The median of the best of this many uniform trials: what chance gives.
fn random(space: &Space, trials: usize, f: impl Fn(&Params) -> f64) -> f64 {
    median(9, |seed| {
        let values = (0..trials as u64).map(|trial| {
            let seed = Seed::new(seed).derive(trial);
            let point: Vec<f64> = (0..space.len() as u64)
                .map(|k| seed.derive(k).unit())
                .collect();
            f(&space.decode(&point).expect("one number for each parameter"))
        });
        values.fold(f64::INFINITY, f64::min)
    })
}

fn ours(
    config: &CmaEsConfig,
    space: &Space,
    trials: usize,
    workers: usize,
    f: fn(&Params) -> f64,
) -> f64 {
    let run = |seed| -> Study { study(config, minimise(space), seed, (trials, workers), f) };
    median(9, |seed| run(seed).best())
}

fn sphere(params: &Params) -> f64 {
    x(params).iter().map(|x| (x - 1.7) * (x - 1.7)).sum()
}

fn rosenbrock(params: &Params) -> f64 {
    let x: Vec<f64> = x(params).iter().map(|x| x / 2.5).collect();
    let term =
        |pair: &[f64]| 100.0 * (pair[1] - pair[0] * pair[0]).powi(2) + (1.0 - pair[0]).powi(2);
    x.windows(2).map(term).sum()
}

/// Long and narrow, across all axes.
fn ellipsoid(params: &Params) -> f64 {
    let x: Vec<f64> = x(params).iter().map(|x| x + 0.8).collect();
    let n = x.len() as f64;
    let sum: f64 = x.iter().sum();
    let along = sum * sum / n;
    let squares: f64 = x.iter().map(|x| x * x).sum();
    along + 1e4 * (squares - along)
}

#[test]
fn smooth_functions_are_solved() {
    let config = CmaEsConfig::default();
    assert!(ours(&config, &floats(5), 600, 1, sphere) < 1e-6);
    assert!(ours(&config, &floats(4), 2000, 1, rosenbrock) < 1e-6);
    assert!(ours(&config, &floats(5), 1500, 1, ellipsoid) < 1e-4);
}

#[test]
fn a_hundred_trials_are_far_better_than_chance() {
    let config = CmaEsConfig::default();
    for f in [sphere, rosenbrock, ellipsoid] {
        let chance = random(&floats(5), 100, f);
        let found = ours(&config, &floats(5), 100, 1, f);
        assert!(found < 0.35 * chance, "{found} {chance}");
    }
}

#[test]
fn workers_cost_few_trials() {
    let config = CmaEsConfig::default();
    let chance = random(&floats(5), 240, sphere);
    for workers in [4, 16] {
        let found = ours(&config, &floats(5), 240, workers, sphere);
        assert!(found < 0.1 * chance, "{workers}: {found} {chance}");
    }
}

#[test]
fn no_worker_ever_waits() {
    for workers in [1, 7, 64] {
        let run = study(
            &CmaEsConfig::default(),
            minimise(&floats(3)),
            1,
            (400, workers),
            sphere,
        );
        assert_eq!(run.waits, 0);
    }
}

#[test]
fn many_dimensions_are_learned_axis_by_axis() {
    let scaled = |params: &Params| -> f64 {
        let x = x(params);
        let weigh = |k: usize| 10_f64.powf(3.0 * k as f64 / (x.len() - 1) as f64);
        x.iter()
            .enumerate()
            .map(|(k, x)| weigh(k) * (x - 0.9) * (x - 0.9))
            .sum()
    };
    let space = floats(40);
    let best = |covariance| {
        ours(
            &CmaEsConfig::default().covariance(covariance),
            &space,
            3000,
            1,
            scaled,
        )
    };
    let (diagonal, full) = (best(Covariance::Diagonal), best(Covariance::Full));
    assert!(diagonal < 1e-2 * full, "{diagonal} {full}");
}

#[test]
fn integers_do_not_freeze() {
    let mut parameters: Vec<_> = (0..4)
        .map(|k| Parameter::float(format!("x{k}"), -5.0, 5.0))
        .collect();
    parameters.extend((0..4).map(|k| Parameter::int(format!("n{k}"), -5, 5)));
    parameters.push(Parameter::bool("b"));
    let space = Space::new(parameters).expect("names differ");
    let f = |params: &Params| -> f64 {
        let numbers = params.iter().filter_map(|(_, value)| value.as_f64());
        let squares: f64 = numbers.map(|x| (x - 3.0) * (x - 3.0)).sum();
        squares
            + if params.bool("b").expect("it is there") {
                0.0
            } else {
                4.0
            }
    };
    // All integers and the choice have to be right.
    assert!(ours(&CmaEsConfig::default(), &space, 800, 1, f) < 0.01);
}

#[test]
fn restarts_find_what_one_descent_misses() {
    let rastrigin = |params: &Params| -> f64 {
        let term = |x: f64| x * x - 10.0 * (std::f64::consts::TAU * x).cos() + 10.0;
        x(params).iter().map(|x| term(x - 1.3)).sum()
    };
    let best = |restart| {
        let config = CmaEsConfig::default().restart(restart);
        ours(&config, &floats(2), 10_000, 1, rastrigin)
    };
    for restart in [Restart::Same, Restart::Ipop, Restart::Bipop] {
        let found = best(restart);
        assert!(found < 1e-6, "{restart:?}: {found}");
    }
    let one = ours(&CmaEsConfig::default(), &floats(2), 300, 1, rastrigin);
    assert!(one > 0.9, "{one}: one descent was enough");
}

#[test]
fn branches_are_searched_where_they_are_good() {
    let space = Space::new([
        Parameter::categorical("kind", ["a", "b", "c"]),
        Parameter::float("xa", 0.0, 1.0).when("kind", ["a"]),
        Parameter::float("xb", 0.0, 1.0).when("kind", ["b"]),
        Parameter::float("xc", 0.0, 1.0).when("kind", ["c"]),
        Parameter::float("y", 0.0, 1.0),
    ])
    .expect("parents come first");
    let f = |params: &Params| -> f64 {
        let offset = |name: &str, at: f64| params.float(name).ok().map(|x| (x - at) * (x - at));
        let y = params.float("y").expect("it is there");
        let branch = offset("xa", 0.2)
            .map(|v| v + 0.3)
            .or_else(|| offset("xb", 0.7))
            .or_else(|| offset("xc", 0.5).map(|v| v + 0.5));
        branch.expect("one of them is there") + (y - 0.4) * (y - 0.4)
    };
    let found = ours(&CmaEsConfig::default(), &space, 150, 1, f);
    assert!(found < 0.1 * random(&space, 150, f), "{found}");
}
