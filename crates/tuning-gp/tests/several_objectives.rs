//! Two objectives: the front is approached along its whole length, and batches know each other.

use std::num::NonZeroUsize;

use tuning_core::{
    AskTell, Budget, Metrics, Objective, Objectives, Outcome, Parameter, Problem, Seed, Space,
    StrategyConfig, Turn, Values,
};
use tuning_gp::GpConfig;

const TRIALS: usize = 40;

/// One is least at the origin, the other at the opposite corner.
fn losses(point: &[f64]) -> [f64; 2] {
    let square = |target: f64| point.iter().map(|x| (x - target).powi(2)).sum::<f64>();
    [square(0.2), square(0.8)]
}

/// The area that is dominated below (1, 1).
fn area(mut losses: Vec<[f64; 2]>) -> f64 {
    losses.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let (mut area, mut height) = (0.0, 1.0_f64);
    for [a, b] in losses.into_iter().filter(|[a, _]| *a < 1.0) {
        area += (1.0 - a) * (height - b).max(0.0);
        height = height.min(b);
    }
    area
}

fn space() -> Space {
    Space::new((0..4).map(|k| Parameter::float(format!("x{k}"), 0.0, 1.0))).unwrap()
}

fn study(seed: u64, slots: usize) -> f64 {
    let objectives = Objectives::new([Objective::minimize("a"), Objective::maximize("b")]).unwrap();
    let problem = Problem::new(space(), objectives).budget(Budget::trials(TRIALS as u64));
    let gp = GpConfig::default().build(&problem).unwrap();
    let mut study = AskTell::new(problem, gp, Seed::new(seed));
    let mut all = Vec::new();
    while let Turn::Work(work) = study.ask(NonZeroUsize::new(slots).unwrap()).unwrap() {
        for work in work {
            let point: Vec<f64> = (0..4)
                .map(|k| work.params.float(&format!("x{k}")).unwrap())
                .collect();
            let [a, b] = losses(&point);
            let outcome = Outcome::Completed(Values::new([a, -b]).unwrap());
            study
                .finish(work.trial, outcome, Metrics::default(), 0)
                .unwrap();
            all.push([a, b]);
        }
    }
    assert_eq!(all.len(), TRIALS);
    area(all)
}

#[test]
fn the_front_is_found_alone_and_in_batches() {
    let random = |seed: u64| {
        let point = |trial: u64| -> Vec<f64> {
            let seed = Seed::new(seed).derive(trial);
            (0..4).map(|k| seed.derive(k).unit()).collect()
        };
        area(
            (0..TRIALS as u64)
                .map(|trial| losses(&point(trial)))
                .collect(),
        )
    };
    let mean = |f: &dyn Fn(u64) -> f64| (0..4).map(f).sum::<f64>() / 4.0;
    let even = mean(&random);
    for slots in [1, 4] {
        let ours = mean(&|seed| study(seed, slots));
        assert!(
            ours > 1.1 * even && ours > 0.4,
            "{slots} at a time: {ours}, random {even}"
        );
    }
}
