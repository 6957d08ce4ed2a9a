//! The update against the reference implementation, and what it keeps whatever it is given.

use proptest::prelude::*;
use tuning_core::Seed;

use super::*;

fn close(found: f64, expected: f64) {
    let error = (found - expected).abs();
    assert!(error <= 1e-10 * expected.abs(), "{found} {expected}");
}

/// One generation, best first.
fn generation(gaussian: &mut Gaussian, points: &[[f64; 2]], injected: bool) {
    let weights = Weights::new(points.len(), 2, false);
    let members: Vec<_> = points
        .iter()
        .zip(&weights.by_rank)
        .map(|(point, weight)| Member {
            point,
            pull: weight.max(0.0),
            weight: *weight,
            injected,
        })
        .collect();
    gaussian.update(&members, &weights);
}

#[test]
fn three_generations_are_those_of_the_reference() {
    // cmaes 0.13.1: CMA(mean=[.4, .6], sigma=.2, population_size=6), told these points with the
    // values 0 to 5: _mean, _sigma, _C.
    let told = [
        [
            [0.3, 0.7],
            [0.5, 0.5],
            [0.45, 0.62],
            [0.2, 0.9],
            [0.6, 0.4],
            [0.1, 0.3],
        ],
        [
            [0.42, 0.55],
            [0.38, 0.66],
            [0.52, 0.48],
            [0.6, 0.7],
            [0.25, 0.4],
            [0.33, 0.8],
        ],
        [
            [0.5, 0.5],
            [0.41, 0.59],
            [0.47, 0.61],
            [0.3, 0.5],
            [0.35, 0.7],
            [0.55, 0.66],
        ],
    ];
    let expected = [
        [
            0.3686721271857191,
            0.6368149748067333,
            0.15763668799996208,
            0.813932489221744,
            -0.02832548244067849,
            0.8034702134964825,
        ],
        [
            0.4164559068345537,
            0.5758156263257311,
            0.13028442133833668,
            0.7247408598543865,
            -0.06762220251421139,
            0.617951873286452,
        ],
        [
            0.4720370616909545,
            0.5342339120147055,
            0.12204650099217115,
            0.6637439142761874,
            -0.1583830174581388,
            0.5530822140939297,
        ],
    ];
    let mut gaussian = Gaussian::new(vec![0.4, 0.6], 0.2, false);
    for (points, expected) in told.iter().zip(expected) {
        generation(&mut gaussian, points, false);
        close(gaussian.mean[0], expected[0]);
        close(gaussian.mean[1], expected[1]);
        close(gaussian.sigma, expected[2]);
        let Shape::Full { c, .. } = &gaussian.shape else {
            unreachable!("it is not separable");
        };
        close(c[0], expected[3]);
        close(c[1], expected[4]);
        close(c[2], expected[4]);
        close(c[3], expected[5]);
    }
}

#[test]
fn points_have_the_covariance() {
    for separable in [false, true] {
        let c = [4.0, 1.5, 1.5, 1.0];
        let gaussian = Gaussian::new(vec![1.0, -1.0], 0.5, separable).with_covariance(&c);
        let mut stream = Stream::new(Seed::new(7));
        let (mut z, mut x) = ([0.0; 2], [0.0; 2]);
        let mut sums = [0.0; 3];
        let count = 40_000;
        for _ in 0..count {
            gaussian.draw(&mut stream, &mut z, &mut x);
            let (a, b) = (x[0] - 1.0, x[1] + 1.0);
            for (sum, product) in sums.iter_mut().zip([a * a, a * b, b * b]) {
                *sum += product / f64::from(count);
            }
        }
        let between = if separable { 0.0 } else { 0.375 };
        for (found, expected) in sums.iter().zip([1.0, between, 0.25]) {
            assert!((found - expected).abs() < 0.02, "{found} {expected}");
        }
    }
}

#[test]
fn a_guest_from_afar_pulls_no_further_than_a_likely_step() {
    let mut tame = Gaussian::new(vec![0.5, 0.5], 0.01, false);
    let far = [[0.9, 0.9], [0.5, 0.5], [0.51, 0.5], [0.5, 0.51]];
    generation(&mut tame, &far, true);
    let moved = norm(&[tame.mean[0] - 0.5, tame.mean[1] - 0.5]);
    assert!(moved < 0.01 * (2_f64.sqrt() + 1.0) + 1e-12, "{moved}");
    assert!(tame.sigma < 0.03, "{}", tame.sigma);
}

proptest! {
    #[test]
    fn it_stays_a_distribution_whatever_it_is_told(
        points in prop::collection::vec(prop::array::uniform2(-1e3_f64..1e3), 4..40),
        generations in 1_usize..20,
        sigma in 1e-9_f64..1.0,
    ) {
        let mut gaussian = Gaussian::new(vec![0.5, 0.5], sigma, false);
        for _ in 0..generations {
            generation(&mut gaussian, &points, true);
            prop_assert!(gaussian.is_finite());
            let (longest, shortest) = gaussian.half_axes();
            prop_assert!(longest.is_finite() && shortest > 0.0, "{longest} {shortest}");
        }
    }
}
