//! NSGA-II finds fronts, and all of them.

use tuning_core::Params;
use tuning_evolution::Nsga2Config;

use crate::common::{Trials, floats, median, minimise, study, uniform, x};

/// The area that the points dominate of the rectangle up to (1.1, 1.1).
fn hypervolume(trials: &Trials) -> f64 {
    let mut points: Vec<(f64, f64)> = trials
        .iter()
        .map(|(_, v)| (v[0], v[1]))
        .filter(|(a, b)| *a < 1.1 && *b < 1.1)
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut area, mut top) = (0.0, 1.1);
    for (a, b) in points {
        if b < top {
            area += (1.1 - a) * (top - b);
            top = b;
        }
    }
    area
}

fn unit(params: &Params) -> Vec<f64> {
    x(params).iter().map(|x| x / 10.0 + 0.5).collect()
}

/// ZDT1 and ZDT2 (Zitzler, Deb & Thiele 2000): a front that is convex, and one that is not.
fn zdt(params: &Params, power: f64) -> Vec<f64> {
    let x = unit(params);
    let g = 1.0 + 9.0 * x[1..].iter().sum::<f64>() / (x.len() - 1) as f64;
    vec![x[0], g * (1.0 - (x[0] / g).powf(power))]
}

#[test]
fn the_area_of_a_staircase() {
    let space = floats(1);
    let point = |a: f64, b: f64| (space.decode(&[0.5]).unwrap(), vec![a, b]);
    let stairs = vec![
        point(0.1, 0.6),
        point(0.6, 0.1),
        point(0.7, 0.7),
        point(2.0, 0.0),
    ];
    // 1.0 · 0.5 + 0.5 · 0.5.
    assert!((hypervolume(&stairs) - 0.75).abs() < 1e-12);
}

#[test]
fn fronts_are_approached_and_covered() {
    for (power, most) in [(0.5, 0.876), (2.0, 0.543)] {
        let run = |seed| {
            study(
                &Nsga2Config::default(),
                minimise(&floats(6), 2),
                seed,
                (1500, 1),
                |p| zdt(p, power),
            )
        };
        let area = median(5, |seed| hypervolume(&run(seed)));
        let chance = median(5, |seed| {
            hypervolume(&uniform(&floats(6), seed, 1500, |p| zdt(p, power)))
        });
        assert!(
            area > 0.85 * most && area < most && chance < 0.3 * most,
            "{area} {most} {chance}"
        );
        // Each fifth of the front has some of the last 500 trials.
        let trials = run(0);
        for fifth in 0..5 {
            let within = |(_, v): &&(Params, Vec<f64>)| ((v[0] * 5.0) as usize).min(4) == fifth;
            assert!(
                trials[1000..].iter().filter(within).count() > 0,
                "{power}: {fifth}"
            );
        }
    }
}

#[test]
fn three_objectives_and_thirty_workers_are_no_trouble() {
    // The distances to three corners: the front is the triangle between them.
    let f = |p: &Params| {
        let x = unit(p);
        let far = |a: f64, b: f64| {
            (x[0] - a).hypot(x[1] - b) + 5.0 * (x[2] - 0.5).abs() + 5.0 * (x[3] - 0.5).abs()
        };
        vec![far(0.2, 0.2), far(0.8, 0.2), far(0.5, 0.8)]
    };
    let trials = study(
        &Nsga2Config::default(),
        minimise(&floats(4), 3),
        1,
        (900, 30),
        f,
    );
    let mut off: Vec<f64> = trials[800..]
        .iter()
        .map(|(p, _)| (unit(p)[2] - 0.5).abs() + (unit(p)[3] - 0.5).abs())
        .collect();
    off.sort_by(f64::total_cmp);
    assert!(off[50] < 0.05, "{}", off[50]);
}
