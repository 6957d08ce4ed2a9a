//! Objectives that give nothing to go by: no panic, no loop, and no liking for what fails.

use tuning_core::{Objectives, Parameter, Params, Problem, Space, StrategyConfig};
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};

use crate::common::{Trials, best, floats, minimise, study, x};

/// The same study by each of them.
fn by_all(
    space: &Space,
    objectives: usize,
    f: impl Fn(&Params) -> Vec<f64>,
) -> Vec<(&'static str, Trials)> {
    let mut all = vec![("nsga2", by(&Nsga2Config::default(), space, objectives, &f))];
    if objectives == 1 {
        all.push(("de", by(&DeConfig::default(), space, 1, &f)));
        all.push((
            "regularised",
            by(&RegularisedEvolutionConfig::default(), space, 1, &f),
        ));
    }
    all
}

fn by(
    config: &impl StrategyConfig,
    space: &Space,
    objectives: usize,
    f: &impl Fn(&Params) -> Vec<f64>,
) -> Trials {
    let run = |(seed, workers)| study(config, minimise(space, objectives), seed, (300, workers), f);
    [(0, 1), (1, 1), (2, 8), (3, 8)]
        .into_iter()
        .flat_map(run)
        .collect()
}

fn share(trials: &Trials, of: impl Fn(&Params) -> bool) -> f64 {
    trials.iter().filter(|(params, _)| of(params)).count() as f64 / trials.len() as f64
}

#[test]
fn a_constant_leaves_the_search_spread_out() {
    for constant in [0.0, 1e300, -f64::MAX] {
        for (name, trials) in by_all(&floats(2), 1, |_| vec![constant]) {
            for q in 0..4 {
                let share = share(&trials, |p| {
                    usize::from(x(p)[0] > 0.0) + 2 * usize::from(x(p)[1] > 0.0) == q
                });
                assert!(
                    (0.04..0.5).contains(&share),
                    "{name} {constant}: {q} {share}"
                );
            }
        }
    }
}

#[test]
fn the_half_that_fails_is_left() {
    let fails = |params: &Params| x(params)[0] > 1.0;
    // The best lies on the border of what fails, so that the search comes close to it.
    let f = |p: &Params| match fails(p) {
        true => vec![f64::NAN],
        false => vec![x(p).iter().map(|x| (x - 1.0) * (x - 1.0)).sum::<f64>()],
    };
    for (name, trials) in by_all(&floats(3), 1, f) {
        let failed = share(&trials, fails);
        assert!(failed < 0.5, "{name} {failed}");
        assert!(best(&trials) < 0.1, "{name} {}", best(&trials));
    }
}

#[test]
fn a_choice_that_fails_is_left() {
    let space = Space::new([
        Parameter::categorical("kind", ["bad", "good", "better"]),
        Parameter::float("x", 0.0, 1.0),
    ])
    .expect("names differ");
    let is = |params: &Params, kind: &str| params.str("kind").is_ok_and(|found| &*found == kind);
    let f = |p: &Params| {
        let x = p.float("x").expect("it is there");
        vec![match () {
            () if is(p, "bad") => f64::INFINITY,
            () if is(p, "good") => 1.0 + x,
            () => x,
        }]
    };
    for (name, trials) in by_all(&space, 1, f) {
        let (bad, better) = (
            share(&trials, |p| is(p, "bad")),
            share(&trials, |p| is(p, "better")),
        );
        assert!(bad < 0.33 && better > 0.4, "{name} {bad} {better}");
    }
}

#[test]
fn nothing_but_failures_goes_on_over_the_whole_space() {
    for objectives in [1, 2] {
        for (name, trials) in by_all(&floats(2), objectives, |_| vec![f64::NAN; objectives]) {
            let left = share(&trials, |p| x(p)[0] < 0.0);
            assert!((0.25..0.75).contains(&left), "{name} {left}");
        }
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
        for objectives in [1, 2, 4] {
            let values = |p: &Params| (0..objectives).map(|k| f(x(p)[k % 2])).collect();
            for (_, trials) in by_all(&floats(2), objectives, values) {
                assert_eq!(trials.len(), 1200);
            }
        }
    }
}

#[test]
fn the_scale_of_the_loss_means_nothing() {
    // Powers of two, so that no rounding tells the two apart.
    for scale in [2_f64.powi(980), 2_f64.powi(-900)] {
        let grain = |p: &Params| {
            x(p).iter()
                .map(|x| ((x - 1.0) * 64.0).round().abs())
                .sum::<f64>()
        };
        let plain = by_all(&floats(3), 1, |p| vec![grain(p)]);
        let scaled = by_all(&floats(3), 1, |p| vec![grain(p) * scale]);
        for ((name, a), (_, b)) in plain.iter().zip(&scaled) {
            assert!(a.iter().zip(b).all(|(a, b)| a.0 == b.0), "{name} {scale}");
        }
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
    fn check(config: &impl StrategyConfig, space: &Space) {
        let run = |objectives: Objectives, sign: f64| {
            study(
                config,
                Problem::new(space.clone(), objectives),
                9,
                (300, 3),
                |p| {
                    let x = x(p);
                    vec![sign * (x[0] * x[0] + x[1].ln())]
                },
            )
        };
        let down = run(Objectives::minimize("loss").expect("one name"), 1.0);
        let up = run(Objectives::maximize("gain").expect("one name"), -1.0);
        assert!(
            down.iter()
                .zip(&up)
                .all(|(a, b)| a.0 == b.0 && a.1[0] == -b.1[0])
        );
    }
    check(&DeConfig::default(), &space);
    check(&RegularisedEvolutionConfig::default(), &space);
    check(&Nsga2Config::default(), &space);
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
    fn first(config: &impl StrategyConfig, space: &Space, points: usize) {
        let trials = study(config, minimise(space, 1), 1, (points + 40, 4), |p| {
            vec![p.float("n").expect("there")]
        });
        let keys = trials[..points].iter().map(|(params, _)| params.key());
        let distinct = keys.collect::<std::collections::BTreeSet<_>>().len();
        assert!(distinct >= points - 5, "{distinct} of {points}");
    }
    first(&DeConfig::default(), &space, points);
    first(&RegularisedEvolutionConfig::default(), &space, points);
    first(&Nsga2Config::default(), &space, points);
}
