//! What is known before the first trial, and the distribution that it suggests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tuning_core::{Literal, TrialId};

use crate::{axes::Point, fitness::Fitness, search::gaussian::Gaussian};

/// A trial of another study whose result is worth knowing: the best of them say where to begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// Its active parameters by name.
    pub params: BTreeMap<String, Literal>,
    /// What it came to, in the objective's own direction.
    pub value: f64,
}

/// As an option is written: a mapping of its fields.
impl From<Earlier> for Literal {
    fn from(earlier: Earlier) -> Self {
        let fields: [(&str, Self); 2] = [
            ("params", earlier.params.into()),
            ("value", earlier.value.into()),
        ];
        Self::map(fields)
    }
}

/// How many of the best are kept.
const KEPT: usize = 500;
/// Below this many there is no telling how wide the good region is.
const ENOUGH: usize = 10;
/// How wide a single point is taken to be: α of WS-CMA-ES.
const PRIOR: f64 = 0.1;

/// The best of the trials of others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    best: BTreeMap<(u64, TrialId), Point>,
    seen: usize,
}

impl Pool {
    pub(crate) fn add(&mut self, trial: TrialId, point: Point, fitness: Fitness) {
        self.seen += 1;
        if let Fitness::Measured(loss) = fitness {
            self.best.insert((ordered(loss), trial), point);
            if self.best.len() > KEPT {
                self.best.pop_last();
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.best.is_empty()
    }

    /// The best `share` of all, at least one of them if there is any.
    pub(crate) fn top(&self, share: f64) -> Vec<&Point> {
        let top = (share * self.seen as f64).ceil() as usize;
        self.best.values().take(top.max(1)).collect()
    }

    /// Whether there are enough to say more than where the best one is.
    pub(crate) fn is_enough(&self) -> bool {
        self.seen >= ENOUGH
    }
}

/// The distribution that covers these points.
// Nomura et al. 2021, "Warm Starting CMA-ES for Hyperparameter Optimization", arXiv:2012.06932, Alg. 1:
// Σ = α² I + Cov(top γ), σ = |Σ|^(1/2n), C = Σ / σ².
pub(crate) fn promising(top: &[&Point], separable: bool) -> Gaussian {
    let count = top.len() as f64;
    let n = top.first().map_or(0, |point| point.x.len());
    let mean: Vec<f64> = (0..n)
        .map(|k| top.iter().map(|point| point.x[k]).sum::<f64>() / count)
        .collect();
    let entry = |i: usize, j: usize| {
        let products = top.iter().map(|p| (p.x[i] - mean[i]) * (p.x[j] - mean[j]));
        let covariance = if separable && i != j {
            0.0
        } else {
            products.sum::<f64>() / count
        };
        covariance + if i == j { PRIOR * PRIOR } else { 0.0 }
    };
    let mut covariance: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
    let sigma = libm::exp(log_determinant(&covariance, n) / (2.0 * n as f64));
    covariance.iter_mut().for_each(|c| *c /= sigma * sigma);
    Gaussian::new(mean, sigma, separable).with_covariance(&covariance)
}

/// ln |Σ| by Cholesky; Σ is positive definite.
fn log_determinant(matrix: &[f64], n: usize) -> f64 {
    let mut l = vec![0.0; n * n];
    let mut sum = 0.0;
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = matrix[i * n + j] - dot;
            if i == j {
                let rest = rest.max(1e-300);
                l[i * n + i] = rest.sqrt();
                sum += libm::log(rest);
            } else {
                l[i * n + j] = rest / l[j * n + j];
            }
        }
    }
    sum
}

/// A key that orders as the number does.
fn ordered(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: &[f64]) -> Point {
        Point {
            x: x.to_vec(),
            choices: Vec::new(),
        }
    }

    #[test]
    fn keys_order_as_numbers_do() {
        let numbers = [f64::MIN, -1.0, -1e-300, 0.0, 1e-300, 1.0, f64::MAX];
        assert!(
            numbers
                .windows(2)
                .all(|pair| ordered(pair[0]) < ordered(pair[1]))
        );
        assert_eq!(ordered(0.0), ordered(-0.0));
    }

    #[test]
    fn the_promising_region_is_that_of_the_reference() {
        // cmaes 0.13.1: get_warm_start_mgd([([.1,.2],0),([.3,.5],1),([.2,.9],2)], gamma=1.0)
        let points = [point(&[0.1, 0.2]), point(&[0.3, 0.5]), point(&[0.2, 0.9])];
        let top: Vec<_> = points.iter().collect();
        let gaussian = promising(&top, false);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(gaussian.mean[0], 0.2);
        close(gaussian.mean[1], 0.533_333_333_333_333_4);
        close(gaussian.sigma, 0.19470046572581395);
        close(gaussian.variance(0), 0.4396577863204116);
        close(gaussian.variance(1), 2.4327730843062803);
    }

    #[test]
    fn the_pool_keeps_the_best_and_counts_all() {
        let mut pool = Pool::default();
        for k in 0..2000_u64 {
            let loss = ((k * 7919) % 2000) as f64;
            let fitness = if k % 2 == 0 {
                Fitness::Measured(loss)
            } else {
                Fitness::Failed
            };
            pool.add(TrialId::new(k), point(&[loss]), fitness);
        }
        assert_eq!(pool.best.len(), KEPT);
        let top: Vec<f64> = pool.top(0.1).iter().map(|p| p.x[0]).collect();
        assert_eq!(top.len(), 200);
        assert!(top.windows(2).all(|pair| pair[0] < pair[1]) && top[0] < 2.0);
    }
}
