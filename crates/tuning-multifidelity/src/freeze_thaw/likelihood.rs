//! [`Likelihood`]: how well hyper-parameters explain learning curves, with its gradient.

use fearless_simd::dispatch;
use tuning_toolkit::{
    linalg::{Factor, Square, tile},
    simd::level,
};

use super::{
    kernel::{Hyper, Prior, REST, matern},
    rows::Rows,
};

/// Added to the diagonal.
pub(super) const JITTER: f64 = 1e-7;

/// The negative logarithm of the posterior density of hyper-parameters, up to a constant.
#[derive(Debug)]
pub(super) struct Likelihood<'a> {
    rows: &'a Rows,
    targets: &'a [f64],
    prior: &'a Prior,
    /// The parts of the covariance that depend on parameters, their slopes, what is factored, and -K⁻¹.
    shape: Square,
    slope: Square,
    matrix: Square,
    inverse: Square,
    factor: Factor,
    half: Vec<f64>,
    alpha: Vec<f64>,
    buffer: Vec<f64>,
}

impl<'a> Likelihood<'a> {
    /// Of targets, one per row.
    pub(super) fn new(rows: &'a Rows, targets: &'a [f64], prior: &'a Prior) -> Self {
        let mut likelihood = Self {
            rows,
            targets,
            prior,
            shape: Square::default(),
            slope: Square::default(),
            matrix: Square::default(),
            inverse: Square::default(),
            factor: Factor::default(),
            half: vec![0.0; rows.len()],
            alpha: vec![0.0; rows.len()],
            buffer: vec![0.0; rows.len()],
        };
        likelihood.shape.reset(rows.len());
        likelihood.slope.reset(rows.len());
        likelihood
    }

    /// The loss at these hyper-parameters (logarithms); `gradient` is overwritten. Infinite where the matrix cannot be
    /// factored.
    pub(super) fn loss(&mut self, logs: &[f64], gradient: &mut [f64]) -> f64 {
        let hyper = Hyper::new(logs);
        let decays = self.rows.decays(&hyper);
        self.matrix.reset(self.rows.len());
        dispatch!(level(), _simd => self.build(&hyper, &decays));
        gradient.fill(0.0);
        if !self.factor.compute(&mut self.matrix) {
            return f64::INFINITY;
        }
        self.factor.times(self.targets, &mut self.half);
        self.factor.transpose_times(&self.half, &mut self.alpha);
        self.factor.negative_inverse(&mut self.inverse);
        let fit: f64 = self.half.iter().map(|v| v * v).sum();
        dispatch!(level(), _simd => self.differentiate(&hyper, &decays, gradient));
        0.5 * fit + self.factor.half_log_det() + self.prior.penalise(logs, gradient)
    }

    /// Fills the upper triangles of the shapes, their slopes, and the matrix.
    #[inline(always)]
    fn build(&mut self, hyper: &Hyper, decays: &[[f64; 3]]) {
        let size = self.rows.len();
        for i in 0..size {
            let squares = &mut self.buffer[i..size];
            let numbers = self.rows.numbers(i);
            self.rows.squares(&hyper.weights, &numbers, i, squares);
            let shape = &mut self.shape.row_mut(i)[i..size];
            let slope = &mut self.slope.row_mut(i)[i..size];
            for ((shape, slope), square) in shape.iter_mut().zip(slope).zip(squares) {
                (*shape, *slope) = matern(*square);
            }
            let (shape, row) = (self.shape.row(i), self.matrix.row_mut(i));
            for j in i..size {
                let decay = decays[self.rows.pair(i, j)][0];
                let own = if self.rows.trials[i] == self.rows.trials[j] {
                    hyper.c
                } else {
                    0.0
                };
                row[j] = shape[j] * (hyper.a + hyper.b * decay) + own * decay;
            }
            row[i] += hyper.noise + JITTER;
        }
    }

    /// Sums `Q = K⁻¹ - α αᵀ` against the derivatives of K.
    // Rasmussen & Williams 2006, eq. 5.9: ½ tr(Q ∂K); pairs count twice, so the half goes.
    #[inline(always)]
    fn differentiate(&mut self, hyper: &Hyper, decays: &[[f64; 3]], gradient: &mut [f64]) {
        let (size, columns) = (self.rows.len(), gradient.len() - REST);
        let mut rest = [0.0; REST];
        for i in 0..size {
            let inverse = &mut self.inverse.row_mut(i)[..size];
            let (shape, slope) = (self.shape.row(i), self.slope.row(i));
            let mut pull = vec![0.0; size - i];
            for j in i..size {
                let q =
                    (-inverse[j] - self.alpha[i] * self.alpha[j]) * if i == j { 0.5 } else { 1.0 };
                let [decay, by_power, by_scale] = decays[self.rows.pair(i, j)];
                let own = if self.rows.trials[i] == self.rows.trials[j] {
                    hyper.c
                } else {
                    0.0
                };
                let part = hyper.b * shape[j] + own;
                rest[0] += q * hyper.a * shape[j];
                rest[1] += q * hyper.b * shape[j] * decay;
                rest[2] += q * own * decay;
                rest[3] += q * part * by_power;
                rest[4] += q * part * by_scale;
                if i == j {
                    rest[5] += q * hyper.noise;
                }
                pull[j - i] = q * (hyper.a + hyper.b * decay) * slope[j];
            }
            let numbers = self.rows.numbers(i);
            for column in 0..columns {
                let differences = &mut self.buffer[i..size];
                self.rows
                    .differences(column, numbers[column], i, differences);
                gradient[column] += hyper.weights[column] * tile::dot(&pull, differences);
            }
        }
        gradient[columns..].copy_from_slice(&rest);
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Seed;
    use tuning_toolkit::Stream;

    use super::*;

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        let mut stream = Stream::counted(Seed::new(2));
        let mut rows = Rows::new(vec![false, true, false]);
        for trial in 0..9 {
            let numbers = [stream.unit(), stream.below(3) as f64, stream.unit()];
            for at in [3.0, 9.0, 27.0].into_iter().take(1 + trial % 3) {
                rows.push(&numbers, trial, at);
            }
        }
        let targets: Vec<f64> = (0..rows.len()).map(|_| stream.normal()).collect();
        let prior = Prior::new(3, 52);
        let mut likelihood = Likelihood::new(&rows, &targets, &prior);
        for _ in 0..5 {
            let near = |median: &f64| median + 0.7 * stream.normal();
            let logs: Vec<f64> = prior.medians.iter().map(near).collect();
            let mut gradient = vec![0.0; logs.len()];
            likelihood.loss(&logs, &mut gradient);
            let mut ignored = gradient.clone();
            for d in 0..logs.len() {
                let mut at = |step: f64| {
                    let mut moved = logs.clone();
                    moved[d] += step;
                    likelihood.loss(&moved, &mut ignored)
                };
                // Richardson's extrapolation: an error of the fourth order.
                let coarse = (at(2e-3) - at(-2e-3)) / 4e-3;
                let fine = (at(1e-3) - at(-1e-3)) / 2e-3;
                let expected = (4.0 * fine - coarse) / 3.0;
                let error = (gradient[d] - expected).abs() / expected.abs().max(1.0);
                assert!(error < 1e-6, "{d}: {} {expected}", gradient[d]);
            }
        }
    }
}
