//! [`Posterior`]: what the process says about points, one at a time with slopes, or many at once.

use fearless_simd::dispatch;
use tuning_toolkit::{
    linalg::{
        Factor, Square, dot,
        tile::{self, LANES, ROWS, Rows},
    },
    simd::level,
};

use super::{kernel::Kernel, likelihood::JITTER, prior::Hyper};
use crate::cube::{Columns, Table};

/// How many points are predicted together.
const CHUNK: usize = 64;

/// A fitted process: means and variances of the standardised target.
#[derive(Clone, Debug)]
pub(crate) struct Posterior {
    columns: Columns,
    table: Table,
    kernel: Kernel,
    noise: f64,
    targets: Vec<f64>,
    factor: Factor,
    /// L⁻ᵀ by rows, made when many points are asked for.
    across: Vec<f64>,
    alpha: Vec<f64>,
}

/// Memory for single predictions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    numbers: Vec<f64>,
    k: Vec<f64>,
    half: Vec<f64>,
    whole: Vec<f64>,
    /// By each column: how mean and variance change.
    pub(crate) by_mean: Vec<f64>,
    pub(crate) by_variance: Vec<f64>,
}

/// Means and variances of many points.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) means: Vec<f64>,
    pub(crate) variances: Vec<f64>,
}

impl Posterior {
    /// None if the matrix cannot be factored.
    pub(crate) fn new(
        columns: &Columns,
        table: Table,
        targets: Vec<f64>,
        hyper: &Hyper,
    ) -> Option<Self> {
        let kernel = Kernel::new(columns, hyper);
        let size = targets.len();
        let mut matrix = Square::default();
        let mut factor = Factor::default();
        let factored = JITTER.iter().find_map(|jitter| {
            matrix.reset(size);
            let noise = hyper.noise() + jitter;
            for i in 0..size {
                let row = &mut matrix.row_mut(i)[..size];
                covariances(&kernel, &table, i, &mut row[i..]);
                row[i] += noise;
            }
            factor.compute(&mut matrix).then_some(noise)
        });
        let mut posterior = Self {
            columns: columns.clone(),
            table,
            kernel,
            noise: factored?,
            targets,
            factor,
            across: Vec::new(),
            alpha: Vec::new(),
        };
        posterior.weigh();
        Some(posterior)
    }

    /// How many points it rests on.
    pub(crate) fn size(&self) -> usize {
        self.targets.len()
    }

    fn weigh(&mut self) {
        let mut half = vec![0.0; self.size()];
        self.factor.times(&self.targets, &mut half);
        self.alpha.resize(self.size(), 0.0);
        self.factor.transpose_times(&half, &mut self.alpha);
        self.across.clear();
    }

    /// The mean at its own points: the data without noise.
    pub(crate) fn means_at_data(&self) -> Vec<f64> {
        // K α = (C - noise) α = y - noise · α.
        self.targets
            .iter()
            .zip(&self.alpha)
            .map(|(target, alpha)| target - self.noise * alpha)
            .collect()
    }

    /// Takes its own mean at a point for a measurement: what is running there is on its way.
    // The Kriging believer of Ginsbourger et al. 2010.
    pub(crate) fn believe(&mut self, point: &[f64], scratch: &mut Scratch) {
        let (mean, _) = self.predict(point, scratch);
        let diagonal = self.kernel.variance + self.noise;
        if self.factor.append(&scratch.k, diagonal) {
            self.table.push(&self.columns, point);
            self.targets.push(mean);
            self.weigh();
        }
    }

    /// Mean and variance at a point.
    pub(crate) fn predict(&self, point: &[f64], scratch: &mut Scratch) -> (f64, f64) {
        self.prepare(point, scratch);
        let mean = dot(&scratch.k, &self.alpha);
        self.factor.times(&scratch.k, &mut scratch.half);
        let variance = self.kernel.variance - dot(&scratch.half, &scratch.half);
        (mean, variance.max(LEAST * self.kernel.variance))
    }

    /// Mean and variance at a point, and how they change with each of its columns.
    pub(crate) fn predict_with_slopes(&self, point: &[f64], scratch: &mut Scratch) -> (f64, f64) {
        let (mean, variance) = self.predict(point, scratch);
        self.factor
            .transpose_times(&scratch.half, &mut scratch.whole);
        dispatch!(level(), _simd => self.differentiate(scratch));
        (mean, variance)
    }

    fn prepare(&self, point: &[f64], scratch: &mut Scratch) {
        let size = self.size();
        for memory in [&mut scratch.k, &mut scratch.half, &mut scratch.whole] {
            memory.resize(size, 0.0);
        }
        scratch.numbers.resize(self.columns.len(), 0.0);
        self.columns.numbers(point, &mut scratch.numbers);
        dispatch!(level(), _simd => self.relate(scratch));
    }

    /// Covariances between the point and the data.
    #[inline(always)]
    fn relate(&self, scratch: &mut Scratch) {
        let numbers = &scratch.numbers;
        self.kernel
            .shapes(|c| numbers[c], &self.table, 0, &mut scratch.k);
        scratch
            .k
            .iter_mut()
            .for_each(|k| *k *= self.kernel.variance);
    }

    #[inline(always)]
    fn differentiate(&self, scratch: &mut Scratch) {
        let columns = self.columns.len();
        scratch.by_mean.resize(columns, 0.0);
        scratch.by_variance.resize(columns, 0.0);
        self.kernel.slopes(
            &scratch.numbers,
            &self.table,
            [&self.alpha, &scratch.whole],
            [&mut scratch.by_mean, &mut scratch.by_variance],
        );
        let variance = self.kernel.variance;
        scratch
            .by_mean
            .iter_mut()
            .for_each(|slope| *slope *= variance);
        // The variance falls by |L⁻¹ k|², of which the slope is 2 (C⁻¹ k) · k'.
        scratch
            .by_variance
            .iter_mut()
            .for_each(|slope| *slope *= -2.0 * variance);
    }

    /// Means and variances at all points of a table.
    pub(crate) fn predict_all(&mut self, points: &Table) -> Batch {
        if self.across.is_empty() {
            self.across = self.factor.transposed();
        }
        let rows = points.rows();
        let mut batch = Batch {
            means: vec![0.0; rows],
            variances: vec![self.kernel.variance; rows],
        };
        let mut k = vec![0.0; self.factor.stride() * CHUNK];
        for begin in (0..rows).step_by(CHUNK) {
            let end = (begin + CHUNK).min(rows);
            let means = &mut batch.means[begin..end];
            dispatch!(level(), _simd => self.relate_all(points, begin, &mut k, means));
            let variances = &mut batch.variances[begin..end];
            dispatch!(level(), _simd => self.reduce(&k, variances));
        }
        batch
    }

    /// Covariances between the data (rows) and a chunk of points (columns), and the points' means.
    #[inline(always)]
    fn relate_all(&self, points: &Table, begin: usize, k: &mut [f64], means: &mut [f64]) {
        for (i, row) in k.chunks_exact_mut(CHUNK).enumerate().take(self.size()) {
            let row = &mut row[..means.len()];
            self.kernel
                .shapes(|c| self.table.column(c)[i], points, begin, row);
            row.iter_mut()
                .for_each(|value| *value *= self.kernel.variance);
            tile::add_scaled(means, self.alpha[i], row);
        }
    }

    /// Takes |L⁻¹ k|² away from each variance.
    #[inline(always)]
    fn reduce(&self, k: &[f64], variances: &mut [f64]) {
        let (across, k) = (
            Rows {
                data: &self.across,
                stride: self.factor.stride(),
            },
            Rows {
                data: k,
                stride: CHUNK,
            },
        );
        let size = self.size();
        for j in (0..variances.len()).step_by(LANES) {
            let mut sums = [0.0; LANES];
            for i in (0..size).step_by(ROWS) {
                // Rows beyond the data are zero in `across`.
                let block = tile::product(across, i, k, j, 0, (i + ROWS).min(size));
                for row in &block {
                    for (sum, value) in sums.iter_mut().zip(row) {
                        *sum += value * value;
                    }
                }
            }
            for (variance, sum) in variances[j..].iter_mut().zip(&sums) {
                *variance = (*variance - sum).max(LEAST * self.kernel.variance);
            }
        }
    }
}

/// Variances are no less than this share of the variance far from all data.
const LEAST: f64 = 1e-12;

fn covariances(kernel: &Kernel, table: &Table, i: usize, out: &mut [f64]) {
    dispatch!(level(), _simd => covariances_in(kernel, table, i, out));
}

#[inline(always)]
fn covariances_in(kernel: &Kernel, table: &Table, i: usize, out: &mut [f64]) {
    kernel.shapes(|c| table.column(c)[i], table, i, out);
    out.iter_mut().for_each(|value| *value *= kernel.variance);
}
