//! [`Posterior`]: what learning curves that were seen say about others.

use fearless_simd::dispatch;
use tuning_toolkit::{
    linalg::{Factor, Square, dot},
    simd::level,
};

use super::{kernel::Hyper, likelihood::JITTER, rows::Rows};

/// The least variance.
const FLOOR: f64 = 1e-10;

/// The Gaussian process, given rows.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    hyper: Hyper,
    rows: Rows,
    factor: Factor,
    alpha: Vec<f64>,
}

impl Posterior {
    /// Given these targets, one per row. None if the covariances cannot be factored, whatever is added to the diagonal.
    pub(super) fn new(hyper: Hyper, rows: Rows, targets: &[f64]) -> Option<Self> {
        let mut factor = Factor::default();
        let mut matrix = Square::default();
        let decays = rows.decays(&hyper);
        let factored = (0..8).any(|tenfold| {
            matrix.reset(rows.len());
            dispatch!(level(), _simd => fill(&rows, &hyper, &decays, &mut matrix));
            let jitter = JITTER * 10_f64.powi(tenfold);
            for i in 0..rows.len() {
                matrix.row_mut(i)[i] += hyper.noise + jitter;
            }
            factor.compute(&mut matrix)
        });
        let mut half = vec![0.0; rows.len()];
        let mut alpha = vec![0.0; rows.len()];
        factor.times(targets, &mut half);
        factor.transpose_times(&half, &mut alpha);
        factored.then_some(Self {
            hyper,
            rows,
            factor,
            alpha,
        })
    }

    /// The decays between the rows and a fidelity, which [`Self::mean`] and [`Self::predict`] take.
    pub(super) fn decays_to(&self, at: f64) -> Vec<f64> {
        self.rows.decays_to(&self.hyper, at)
    }

    /// The variance that a trial without rows has at a fidelity.
    pub(super) fn variance(&self, at: f64) -> f64 {
        self.hyper.variance(at)
    }

    /// The mean of a trial.
    pub(super) fn mean(&self, decays: &[f64], numbers: &[f64], trial: Option<usize>) -> f64 {
        dot(&self.covariances(decays, numbers, trial), &self.alpha)
    }

    /// The mean and the deviation of a trial, whose variance is `variance` without the rows.
    pub(super) fn predict(
        &self,
        decays: &[f64],
        variance: f64,
        numbers: &[f64],
        trial: Option<usize>,
    ) -> (f64, f64) {
        let covariances = self.covariances(decays, numbers, trial);
        let mut half = vec![0.0; covariances.len()];
        self.factor.times(&covariances, &mut half);
        let rest = (variance - dot(&half, &half)).max(FLOOR);
        (dot(&covariances, &self.alpha), rest.sqrt())
    }

    fn covariances(&self, decays: &[f64], numbers: &[f64], trial: Option<usize>) -> Vec<f64> {
        let mut out = vec![0.0; self.rows.len()];
        dispatch!(level(), _simd => self.rows.covariances(&self.hyper, decays, numbers, trial, &mut out));
        out
    }

    /// Believes that a trial will have its mean at a fidelity: means stay, deviations near it shrink.
    // Ginsbourger et al. 2010 (the Kriging believer). A value equal to the mean has no weight.
    pub(super) fn believe(&mut self, numbers: &[f64], trial: usize, at: f64) {
        let covariances = self.covariances(&self.decays_to(at), numbers, Some(trial));
        let own = self.variance(at) + self.hyper.noise + JITTER;
        if self.factor.append(&covariances, own) {
            self.rows.push(numbers, trial, at);
            self.alpha.push(0.0);
        }
    }
}

#[inline(always)]
fn fill(rows: &Rows, hyper: &Hyper, decays: &[[f64; 3]], matrix: &mut Square) {
    let size = rows.len();
    for i in 0..size {
        let row = &mut matrix.row_mut(i)[i..size];
        rows.squares(&hyper.weights, &rows.numbers(i), i, row);
        for square in row.iter_mut() {
            *square = super::kernel::matern(*square).0;
        }
        for (offset, value) in row.iter_mut().enumerate() {
            let j = i + offset;
            let decay = decays[rows.pair(i, j)][0];
            let own = if rows.trials[i] == rows.trials[j] {
                hyper.c
            } else {
                0.0
            };
            *value = *value * (hyper.a + hyper.b * decay) + own * decay;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freeze_thaw::kernel::{Prior, matern};

    #[test]
    fn one_row_gives_the_mean_and_deviation_of_the_textbook() {
        let hyper = Hyper::new(&Prior::new(1, 52).medians);
        let mut rows = Rows::new(vec![false]);
        rows.push(&[0.25], 0, 3.0);
        let posterior = Posterior::new(hyper.clone(), rows, &[1.5]).unwrap();
        let decay = hyper.decay(55.0)[0];
        let own = hyper.variance(3.0) + hyper.noise + JITTER;
        let variance = posterior.variance(52.0);
        for (number, trial) in [(0.25, Some(0)), (0.25, Some(1)), (0.5, None)] {
            let same = if trial == Some(0) {
                hyper.c * decay
            } else {
                0.0
            };
            let square = hyper.weights[0] * (number - 0.25_f64).powi(2);
            let covariance = matern(square).0 * (hyper.a + hyper.b * decay) + same;
            let decays = posterior.decays_to(52.0);
            let (mean, deviation) = posterior.predict(&decays, variance, &[number], trial);
            assert!((mean - covariance / own * 1.5).abs() < 1e-12);
            let expected = (variance - covariance * covariance / own).sqrt();
            assert!((deviation - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_believed_moves_no_mean_and_is_known_afterwards() {
        let hyper = Hyper::new(&Prior::new(1, 52).medians);
        let mut rows = Rows::new(vec![false]);
        rows.push(&[0.0], 0, 3.0);
        rows.push(&[1.0], 1, 9.0);
        let before = Posterior::new(hyper, rows, &[-1.0, 1.0]).unwrap();
        let mut after = before.clone();
        after.believe(&[0.5], 2, 52.0);
        let predict = |posterior: &Posterior, number: f64| {
            let decays = posterior.decays_to(52.0);
            posterior.predict(&decays, posterior.variance(52.0), &[number], None)
        };
        for number in [0.1, 0.5, 0.8] {
            let (before, after) = (predict(&before, number), predict(&after, number));
            assert!((before.0 - after.0).abs() < 1e-12 && after.1 < before.1);
        }
        assert!(predict(&after, 0.5).1 < 0.5 * predict(&before, 0.5).1);
    }
}
