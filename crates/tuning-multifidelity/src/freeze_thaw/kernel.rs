//! [`Hyper`]: the parameters of the kernel, their priors, and the two factors that it is made of.

use std::f64::consts::{LN_2, LN_10};

use tuning_toolkit::math::exp_negative;

/// How many hyper-parameters there are beside the weights: ln a, ln b, ln c, ln A, ln B and ln noise.
pub(super) const REST: usize = 6;

/// The medians of a, b, c, A, B (as a share of the full fidelity) and the noise, as logarithms.
const MEDIANS: [f64; REST] = [
    -LN_2,
    -0.356_674_943_938_732_4,
    -2.995_732_273_553_991,
    0.0,
    -LN_10,
    -6.0,
];
const DEVIATIONS: [f64; REST] = [1.0, 1.0, 1.5, 0.5, 1.0, 2.0];
const BELOW: [f64; REST] = [4.0, 4.0, 6.0, 1.5, 2.5, 4.0];
const ABOVE: [f64; REST] = [3.0, 3.0, 3.0, 1.5, 2.0, 5.0];
/// The same of weights: those of lengths, times -2.
const WEIGHT_DEVIATION: f64 = 2.0;
const WEIGHT_RANGE: f64 = 6.0;

/// `k = k_x(x, x') (a + b g(t, t')) + [same trial] c g(t, t') + [same row] noise`, where k_x is Matérn 5/2 with one
/// weight per column and `g = (B / (t + t' + B))^A`: curves that decay exponentially, at rates that are
/// gamma-distributed.
// Swersky et al. 2014, arXiv:1406.3896, eq. 4 (the freeze-thaw kernel); the shared part a + b g as a product with k_x.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hyper {
    pub(super) weights: Vec<f64>,
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) c: f64,
    pub(super) power: f64,
    pub(super) scale: f64,
    pub(super) noise: f64,
}

impl Hyper {
    /// From their logarithms.
    pub(super) fn new(logs: &[f64]) -> Self {
        let (weights, rest) = logs.split_at(logs.len() - REST);
        Self {
            weights: weights.iter().map(|log| libm::exp(*log)).collect(),
            a: libm::exp(rest[0]),
            b: libm::exp(rest[1]),
            c: libm::exp(rest[2]),
            power: libm::exp(rest[3]),
            scale: libm::exp(rest[4]),
            noise: libm::exp(rest[5]),
        }
    }

    /// `g`, and its derivatives by ln A and ln B.
    pub(super) fn decay(&self, sum: f64) -> [f64; 3] {
        let ratio = sum / self.scale + 1.0;
        let log = self.power * libm::log(ratio);
        let g = libm::exp(-log);
        [g, -g * log, g * self.power * (1.0 - 1.0 / ratio)]
    }

    /// The variance of a trial at a fidelity, without the noise.
    pub(super) fn variance(&self, at: f64) -> f64 {
        self.a + (self.b + self.c) * self.decay(2.0 * at)[0]
    }
}

/// Matérn 5/2 of a squared distance, and its derivative by it.
#[inline(always)]
pub(super) fn matern(square: f64) -> (f64, f64) {
    let q = (5.0 * square).sqrt();
    let e = exp_negative(-q);
    ((1.0 + q + q * q / 3.0) * e, -5.0 / 6.0 * (1.0 + q) * e)
}

/// Where hyper-parameters (their logarithms) are expected, and between which bounds they are sought.
#[derive(Clone, Debug)]
pub(super) struct Prior {
    pub(super) medians: Vec<f64>,
    deviations: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
}

impl Prior {
    /// For this many columns and this full fidelity: lengths around half the diagonal of the cube.
    pub(super) fn new(columns: usize, top: u64) -> Self {
        let length = 0.5 * (columns.max(1) as f64).sqrt();
        let with = |weight: f64, rest: [f64; REST]| -> Vec<f64> {
            let weights = std::iter::repeat_n(weight, columns);
            weights.chain(rest).collect()
        };
        let mut medians = with(-2.0 * libm::log(length), MEDIANS);
        medians[columns + 4] += libm::log(top as f64);
        let moved = |by: Vec<f64>, sign: f64| -> Vec<f64> {
            let pairs = medians.iter().zip(by);
            pairs.map(|(median, by)| median + sign * by).collect()
        };
        Self {
            deviations: with(WEIGHT_DEVIATION, DEVIATIONS),
            lower: moved(with(WEIGHT_RANGE, BELOW), -1.0),
            upper: moved(with(WEIGHT_RANGE, ABOVE), 1.0),
            medians,
        }
    }

    /// Half the squared distance to the medians; adds its slopes to the gradient.
    pub(super) fn penalise(&self, logs: &[f64], gradient: &mut [f64]) -> f64 {
        let mut sum = 0.0;
        for (d, slope) in gradient.iter_mut().enumerate() {
            let off = (logs[d] - self.medians[d]) / self.deviations[d];
            *slope += off / self.deviations[d];
            sum += 0.5 * off * off;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_are_those_of_the_formula() {
        let hyper = Hyper {
            weights: vec![1.0],
            a: 0.5,
            b: 0.7,
            c: 0.05,
            power: 2.0,
            scale: 5.0,
            noise: 0.0,
        };
        // (5 / (3 + 7 + 5))² = 1/9.
        assert!((hyper.decay(10.0)[0] - 1.0 / 9.0).abs() < 1e-15);
        assert!((hyper.variance(5.0) - (0.5 + 0.75 / 9.0)).abs() < 1e-15);
        let root = 5.0_f64.sqrt();
        let expected = (1.0 + root + 5.0 / 3.0) * libm::exp(-root);
        assert!((matern(1.0).0 - expected).abs() < 1e-15);
        let slope = (matern(1.0 + 1e-5).0 - matern(1.0 - 1e-5).0) / 2e-5;
        assert!((matern(1.0).1 - slope).abs() < 1e-9);
    }

    #[test]
    fn the_medians_are_those_of_the_recipe() {
        let hyper = Hyper::new(&Prior::new(4, 52).medians);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        near(hyper.weights[0], 1.0);
        near(hyper.a, 0.5);
        near(hyper.b, 0.7);
        near(hyper.c, 0.05);
        near(hyper.power, 1.0);
        near(hyper.scale, 5.2);
    }
}
