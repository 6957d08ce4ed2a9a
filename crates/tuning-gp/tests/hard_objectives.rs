//! Objectives that break models: nothing panics, every study ends, and regions that fail are left.

mod common;

use common::{best, random, run};
use tuning_core::{Parameter, Params, Space};
use tuning_gp::{Acquisition, GpConfig};

const TRIALS: u64 = 40;

fn space() -> Space {
    let parameters = [
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("lr", 1e-6, 1.0).log(),
        Parameter::int("n", 1, 6),
        Parameter::categorical("kind", ["a", "b", "c"]),
        Parameter::float("m", 0.0, 1.0).when("kind", ["b"]),
    ];
    Space::new(parameters).unwrap()
}

fn x(params: &Params) -> f64 {
    params.float("x").unwrap()
}

#[test]
fn every_rule_survives_every_objective() {
    type Objective = (&'static str, fn(&Params) -> f64);
    let objectives: [Objective; 10] = [
        ("constant", |_| 3.0),
        ("huge", |p| 1e300 * (x(p) - 0.5)),
        ("opposite ends", |p| {
            if x(p) < 0.5 { -f64::MAX } else { f64::MAX }
        }),
        ("tiny", |p| 1e-300 * x(p)),
        ("tied", |p| (3.0 * x(p)).floor()),
        (
            "one in a thousand",
            |p| if x(p) < 1e-3 { -1e9 } else { 0.0 },
        ),
        ("half not a number", |p| {
            if x(p) < 0.5 { f64::NAN } else { x(p) }
        }),
        ("infinite near the best", |p| {
            if x(p) < 0.2 { f64::INFINITY } else { x(p) }
        }),
        ("never a number", |_| f64::NAN),
        ("one outlier", |p| {
            if x(p) > 0.97 {
                1e200
            } else {
                (x(p) - 0.3).powi(2)
            }
        }),
    ];
    for acquisition in [Acquisition::LogEi, Acquisition::Ucb, Acquisition::Alternate] {
        for (name, f) in objectives {
            let config = GpConfig::default().acquisition(acquisition);
            let trials = run(&config, &space(), TRIALS, 1, f);
            assert_eq!(trials.len() as u64, TRIALS, "{name} with {acquisition}");
        }
    }
}

#[test]
fn a_region_that_fails_is_left() {
    let fails = |p: &Params| x(p) < 0.5;
    let slope = |p: &Params| {
        if fails(p) {
            f64::NAN
        } else {
            x(p) + 0.1 * p.float("lr").unwrap()
        }
    };
    let category = |p: &Params| {
        if &*p.str("kind").unwrap() == "a" {
            f64::NAN
        } else {
            x(p)
        }
    };
    // In the first one the best values lie on the boundary: there, some failures are the price.
    let objectives = [
        ("half", &slope as &dyn Fn(&Params) -> f64, 1.0),
        ("category", &category, 0.5),
    ];
    for (name, f, limit) in objectives {
        let share = |trials: &common::Trials| {
            // The first quarter is for finding out.
            let late = &trials[trials.len() / 4..];
            late.iter().filter(|(_, value)| value.is_none()).count() as f64 / late.len() as f64
        };
        let ours = (0..5).map(|seed| share(&run(&GpConfig::default(), &space(), TRIALS, seed, f)));
        let even = (0..5).map(|seed| share(&random(&space(), TRIALS, seed, f)));
        let (ours, even) = (ours.sum::<f64>() / 5.0, even.sum::<f64>() / 5.0);
        assert!(
            ours < limit * even,
            "{name}: {ours} fail, of random ones {even}"
        );
    }
}

#[test]
fn it_finds_the_best_of_a_few_points_and_goes_on_when_all_are_tried() {
    let space = Space::new([Parameter::int("n", 1, 5), Parameter::bool("b")]).unwrap();
    let f = |p: &Params| {
        (p.int("n").unwrap() as f64 - 4.0).powi(2) + f64::from(u8::from(p.bool("b").unwrap()))
    };
    let trials = run(&GpConfig::default(), &space, 25, 3, f);
    let mut keys: Vec<_> = trials[..10]
        .iter()
        .map(|(params, _)| params.key())
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 10, "each point once before any twice");
    assert_eq!(trials.len(), 25);
    assert!(best(&trials) == 0.0);
}

#[test]
fn huge_scales_change_nothing() {
    let f = |scale: f64| {
        move |p: &Params| scale * ((x(p) - 0.3).powi(2) + 0.01 * p.int("n").unwrap() as f64)
    };
    // A power of two: no rounding.
    let (one, huge) = (
        run(&GpConfig::default(), &space(), 30, 5, f(1.0)),
        run(&GpConfig::default(), &space(), 30, 5, f(2.0_f64.powi(900))),
    );
    let params = |trials: &common::Trials| {
        trials
            .iter()
            .map(|(params, _)| params.key())
            .collect::<Vec<_>>()
    };
    assert_eq!(params(&one), params(&huge));
    assert!(best(&one) < 0.02);
}
