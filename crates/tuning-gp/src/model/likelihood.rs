//! [`Likelihood`]: how well hyper-parameters explain the data, with its gradient.

use fearless_simd::dispatch;
use tuning_toolkit::{
    linalg::{Factor, Square, tile},
    simd::level,
};

use super::{
    kernel::{Kernel, Slopes},
    prior::{Hyper, Prior},
};
use crate::cube::{Columns, Table};

/// Added to the diagonal when a matrix is not positive definite, ten times as much each time.
pub(crate) const JITTER: [f64; 6] = [0.0, 1e-9, 1e-8, 1e-7, 1e-6, 1e-4];

/// The negative logarithm of the posterior density of hyper-parameters, up to a constant.
#[derive(Debug)]
pub(crate) struct Likelihood<'a> {
    columns: &'a Columns,
    table: &'a Table,
    targets: &'a [f64],
    prior: Prior,
    /// Covariances in units of the variance, what is factored, and -C⁻¹.
    shape: Square,
    matrix: Square,
    inverse: Square,
    factor: Factor,
    alpha: Vec<f64>,
    half: Vec<f64>,
    slopes: Slopes,
}

impl<'a> Likelihood<'a> {
    /// Of standardised targets at the points of a table.
    pub(crate) fn new(
        columns: &'a Columns,
        table: &'a Table,
        targets: &'a [f64],
        prior: Prior,
    ) -> Self {
        let mut likelihood = Self {
            columns,
            table,
            targets,
            prior,
            shape: Square::default(),
            inverse: Square::default(),
            matrix: Square::default(),
            factor: Factor::default(),
            alpha: vec![0.0; targets.len()],
            half: vec![0.0; targets.len()],
            slopes: Slopes::default(),
        };
        likelihood.shape.reset(targets.len());
        likelihood
    }

    /// The loss at these hyper-parameters; `gradient` is overwritten. Infinite where the matrix
    /// cannot be factored.
    pub(crate) fn loss(&mut self, hyper: &[f64], gradient: &mut [f64]) -> f64 {
        let hyper = Hyper(hyper.to_vec());
        let (variance, noise) = (hyper.variance(), hyper.noise());
        let kernel = Kernel::new(self.columns, &hyper);
        dispatch!(level(), _simd => self.build(&kernel));
        let factored = JITTER.iter().any(|jitter| {
            self.fill(variance, noise + jitter);
            self.factor.compute(&mut self.matrix)
        });
        gradient.fill(0.0);
        if !factored {
            return f64::INFINITY;
        }
        self.factor.times(self.targets, &mut self.half);
        self.factor.transpose_times(&self.half, &mut self.alpha);
        self.factor.negative_inverse(&mut self.inverse);
        let fit: f64 = self.half.iter().map(|v| v * v).sum();
        let loss = 0.5 * fit + self.factor.half_log_det();
        let (by_variance, trace) = dispatch!(level(), _simd => self.differentiate(&kernel));
        let places = self.columns.weights();
        gradient[..places].copy_from_slice(&self.slopes.weights);
        let share = hyper.share();
        gradient[places] = share * (1.0 - share) * self.slopes.share;
        gradient[places + 1] = by_variance;
        gradient[places + 2] = 0.5 * libm::exp(hyper.0[places + 2]) * trace;
        loss + self.prior.penalise(&hyper.0, gradient)
    }

    /// Fills the pairs i < j of `shape`.
    #[inline(always)]
    fn build(&mut self, kernel: &Kernel) {
        let (size, table) = (self.targets.len(), self.table);
        for i in 0..size {
            let shape = &mut self.shape.row_mut(i)[i + 1..size];
            kernel.shapes(|c| table.column(c)[i], table, i + 1, shape);
        }
    }

    /// `C = variance · shape + noise · 1`, upper triangle.
    fn fill(&mut self, variance: f64, noise: f64) {
        let size = self.targets.len();
        self.matrix.reset(size);
        for i in 0..size {
            let row = self.matrix.row_mut(i);
            row[i] = variance + noise;
            for (out, shape) in row[i + 1..size]
                .iter_mut()
                .zip(&self.shape.row(i)[i + 1..size])
            {
                *out = variance * shape;
            }
        }
    }

    /// Sums `Q = C⁻¹ - α αᵀ` against the derivatives of C: by the logarithm of the variance, by the noise
    /// (its trace), and, in `slopes`, by what is in the kernel.
    // Rasmussen & Williams 2006, eq. 5.9: ½ tr(Q ∂C); pairs count twice, so the half goes.
    #[inline(always)]
    fn differentiate(&mut self, kernel: &Kernel) -> (f64, f64) {
        let (size, table, variance) = (self.targets.len(), self.table, kernel.variance);
        let (mut by_variance, mut trace) = (0.0, 0.0);
        self.slopes.weights.clear();
        self.slopes.weights.resize(self.columns.weights(), 0.0);
        self.slopes.share = 0.0;
        for i in 0..size {
            let inverse = &mut self.inverse.row_mut(i)[i..size];
            let (alpha, rest) = (self.alpha[i], &self.alpha[i..size]);
            for (q, other) in inverse.iter_mut().zip(rest) {
                *q = -*q - alpha * other;
            }
            trace += inverse[0];
            by_variance += 0.5 * variance * inverse[0];
            let pairs = &mut inverse[1..];
            by_variance += variance * tile::dot(pairs, &self.shape.row(i)[i + 1..size]);
            pairs.iter_mut().for_each(|q| *q *= variance);
            kernel.differentiate(
                |c| table.column(c)[i],
                table,
                i + 1,
                pairs,
                &mut self.slopes,
            );
        }
        (by_variance, trace)
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Space};

    use super::*;
    use crate::{cube::Cube, stream::Stream};

    #[test]
    fn the_gradient_is_that_of_central_differences() {
        let space = Space::new([
            Parameter::float("x", 0.0, 1.0),
            Parameter::categorical("c", ["a", "b", "c"]),
            Parameter::float("y", 0.0, 1.0).when("c", ["a", "b"]),
            Parameter::int("n", 1, 7),
        ]);
        let cube = Cube::new(&space.unwrap());
        let columns = Columns::new(&cube);
        let mut stream = Stream::counted(tuning_core::Seed::new(2));
        let points: Vec<_> = (0..23).map(|_| cube.random(&mut stream)).collect();
        let table = Table::of(&columns, points.iter().map(Vec::as_slice));
        let targets: Vec<f64> = (0..23).map(|_| stream.normal()).collect();
        let mut likelihood =
            Likelihood::new(&columns, &table, &targets, Prior::new(columns.weights()));
        for _ in 0..5 {
            let hyper: Vec<f64> = (0..7).map(|_| 1.5 * stream.normal() - 0.5).collect();
            let mut gradient = vec![0.0; 7];
            likelihood.loss(&hyper, &mut gradient);
            let mut ignored = vec![0.0; 7];
            for d in 0..7 {
                let mut at = |step: f64| {
                    let mut moved = hyper.clone();
                    moved[d] += step;
                    likelihood.loss(&moved, &mut ignored)
                };
                // Richardson's extrapolation: an error of the fourth order.
                let coarse = (at(2e-4) - at(-2e-4)) / 4e-4;
                let fine = (at(1e-4) - at(-1e-4)) / 2e-4;
                let expected = (4.0 * fine - coarse) / 3.0;
                let error = (gradient[d] - expected).abs() / expected.abs().max(1.0);
                assert!(error < 1e-7, "{d}: {} {expected}", gradient[d]);
            }
        }
    }
}
