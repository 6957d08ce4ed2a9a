//! Objectives that give nothing to go by: no panic, no loop, and no liking for what fails.

use std::collections::BTreeMap;

use crate::common::{floats, minimise, study, x};
use tuning_cmaes::CmaEsConfig;
use tuning_core::{
    AskTell, Metrics, Objectives, Outcome, Parameter, Params, Problem, Seed, Space, StrategyConfig,
    Turn, Values,
};

fn trials(space: &Space, f: impl Fn(&Params) -> f64) -> Vec<(Params, f64)> {
    let mut all = Vec::new();
    for (seed, workers) in [(0, 1), (1, 1), (2, 8), (3, 8)] {
        all.extend(
            study(
                &CmaEsConfig::default(),
                minimise(space),
                seed,
                (300, workers),
                &f,
            )
            .trials,
        );
    }
    all
}

fn share(trials: &[(Params, f64)], of: impl Fn(&Params) -> bool) -> f64 {
    trials.iter().filter(|(params, _)| of(params)).count() as f64 / trials.len() as f64
}

#[test]
fn a_constant_leaves_the_search_spread_out() {
    for constant in [0.0, -3.5, 1e300, -f64::MAX] {
        let trials = trials(&floats(2), |_| constant);
        let quarter = |q: usize| {
            share(&trials, |p| {
                let x = x(p);
                usize::from(x[0] > 0.0) + 2 * usize::from(x[1] > 0.0) == q
            })
        };
        for q in 0..4 {
            assert!(
                (0.1..0.4).contains(&quarter(q)),
                "{constant}: {q} {}",
                quarter(q)
            );
        }
    }
}

#[test]
fn the_half_that_fails_is_left() {
    let fails = |params: &Params| x(params)[0] > 1.0;
    let sphere = |params: &Params| x(params).iter().map(|x| (x - 1.0) * (x - 1.0)).sum::<f64>();
    // The best lies on the border of what fails, so that the search comes close to it.
    let trials = trials(&floats(3), |p| if fails(p) { f64::NAN } else { sphere(p) });
    let best = trials
        .iter()
        .map(|(_, v)| *v)
        .filter(|v| !v.is_nan())
        .fold(f64::MAX, f64::min);
    assert!(share(&trials, fails) < 0.5, "{}", share(&trials, fails));
    assert!(best < 1e-3, "{best}");
}

#[test]
fn a_choice_that_fails_is_left() {
    let space = Space::new([
        Parameter::categorical("kind", ["bad", "good", "better"]),
        Parameter::float("x", 0.0, 1.0),
    ])
    .expect("names differ");
    let is = |params: &Params, kind: &str| params.str("kind").is_ok_and(|found| &*found == kind);
    let trials = trials(&space, |params| {
        let x = params.float("x").expect("it is there");
        match () {
            () if is(params, "bad") => f64::INFINITY,
            () if is(params, "good") => 1.0 + x,
            () => x,
        }
    });
    assert!(share(&trials, |p| is(p, "bad")) < 0.33);
    assert!(share(&trials, |p| is(p, "better")) > 0.4);
}

#[test]
fn nothing_but_failures_goes_on_over_the_whole_space() {
    let trials = trials(&floats(2), |_| f64::NAN);
    let left = share(&trials, |p| x(p)[0] < 0.0);
    assert!((0.3..0.7).contains(&left), "{left}");
    let far = share(&trials, |p| x(p).iter().any(|x| x.abs() > 3.0));
    assert!(far > 0.1, "{far}");
}

#[test]
fn the_scale_of_the_loss_means_nothing() {
    let run = |scale: f64, shift: f64| {
        let f = |p: &Params| {
            x(p).iter()
                .map(|x| ((x - 1.0) * 64.0).round().abs())
                .sum::<f64>()
                * scale
                + shift
        };
        study(
            &CmaEsConfig::default(),
            minimise(&floats(3)),
            5,
            (200, 4),
            f,
        )
    };
    let plain = run(1.0, 0.0);
    for (scale, shift) in [
        (2_f64.powi(990), 0.0),
        (2_f64.powi(-900), 0.0),
        (1.0, 1024.0),
    ] {
        let other = run(scale, shift);
        assert!(
            plain
                .trials
                .iter()
                .zip(&other.trials)
                .all(|(a, b)| a.0 == b.0),
            "{scale} {shift}"
        );
    }
}

#[test]
fn plateaus_and_infinities_are_survived() {
    for f in [
        |x: f64| x.floor(),
        |x: f64| if x > 2.0 { f64::NEG_INFINITY } else { x },
        |x: f64| if x > 0.0 { 1e300 * x } else { -1e300 },
        |x: f64| (x * 1e5).sin().signum() * f64::MAX,
    ] {
        assert_eq!(trials(&floats(2), |p| f(x(p)[0])).len(), 1200);
    }
}

#[test]
fn maximising_is_minimising_the_negative_to_the_last_bit() {
    let space = Space::new([
        Parameter::float("x", -5.0, 5.0),
        Parameter::int("n", 1, 100).log(),
        Parameter::bool("b"),
    ])
    .expect("names differ");
    let run = |objectives: Objectives, sign: f64| {
        let problem = Problem::new(space.clone(), objectives);
        study(&CmaEsConfig::default(), problem, 9, (250, 3), |p| {
            let (x, n) = (p.float("x").expect("there"), p.int("n").expect("there"));
            sign * (x * x + (n as f64).ln() * f64::from(u8::from(p.bool("b").expect("there"))))
        })
    };
    let down = run(Objectives::minimize("loss").expect("one name"), 1.0);
    let up = run(Objectives::maximize("gain").expect("one name"), -1.0);
    assert!(
        down.trials
            .iter()
            .zip(&up.trials)
            .all(|(a, b)| a.0 == b.0 && a.1 == -b.1)
    );
}

#[test]
fn a_small_space_is_tried_to_the_last_point_before_any_comes_again() {
    let space = Space::new([
        Parameter::int("n", 0, 9),
        Parameter::categorical("k", ["a", "b", "c"]),
        Parameter::float("x", 0.0, 1.0).step(0.5).when("k", ["a"]),
    ])
    .expect("parents come first");
    let points = 10 * (3 + 2);
    let run = study(
        &CmaEsConfig::default(),
        minimise(&space),
        1,
        (points + 40, 4),
        |p| p.int("n").expect("there") as f64,
    );
    let mut times = BTreeMap::new();
    for (params, _) in &run.trials[..points] {
        *times.entry(params.to_string()).or_insert(0) += 1;
    }
    assert!(times.len() >= points - 5, "{} of {points}", times.len());
}

#[test]
fn trials_of_others_say_where_to_begin() {
    let space = floats(6);
    let sphere = |p: &Params| x(p).iter().map(|x| (x - 3.0) * (x - 3.0)).sum::<f64>();
    let best = |warm: f64, seed: u64| {
        let config = CmaEsConfig::default().warm_start(warm);
        let problem = minimise(&space);
        let strategy = config.build(&problem).expect("it can");
        let mut study = AskTell::new(problem, strategy, Seed::new(seed));
        for trial in 0..60 {
            // In the upper half of each range, where the best is.
            let other = Seed::new(seed).named("other").derive(trial);
            let at = |k: u64| 0.5 + 0.5 * other.derive(k).unit();
            let params = space
                .decode(&(0..6).map(at).collect::<Vec<_>>())
                .expect("six");
            let outcome = Outcome::Completed(Values::one(sphere(&params)).expect("finite"));
            study
                .add([tuning_core::AddedTrial::new(params, outcome)])
                .expect("in the space");
        }
        let mut best = f64::MAX;
        for _ in 0..60 {
            let Turn::Work(work) = study.ask(std::num::NonZeroUsize::MIN).expect("it can") else {
                panic!("there is no budget");
            };
            let value = sphere(&work[0].params);
            best = best.min(value);
            let outcome = Outcome::Completed(Values::one(value).expect("finite"));
            study
                .finish(work[0].trial, outcome, Metrics::default(), 0)
                .expect("in flight");
        }
        best
    };
    let median = |warm: f64| crate::common::median(11, |seed| best(warm, seed));
    assert!(
        median(0.1) < 0.5 * median(0.0),
        "{} {}",
        median(0.1),
        median(0.0)
    );
}
