//! [`Square`] matrices and [`Factor`]s of them: Cholesky, by blocks.

use fearless_simd::dispatch;

use super::tile::{self, LANES, ROWS, Rows};
use crate::simd::level;

/// Rows that are worked on together.
const BLOCK: usize = 32;

/// A square matrix by rows, of which the upper triangle counts. Rows are padded to a multiple of
/// [`LANES`].
#[derive(Clone, Debug, Default)]
pub struct Square {
    size: usize,
    stride: usize,
    data: Vec<f64>,
}

impl Square {
    /// Makes it a matrix of this size. What it holds is arbitrary.
    pub fn reset(&mut self, size: usize) {
        self.size = size;
        self.stride = size.next_multiple_of(LANES);
        self.data.resize(self.stride * self.stride, 0.0);
    }

    /// Row `i`, its padding included.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.stride..(i + 1) * self.stride]
    }

    /// Row `i` to write into, its padding included.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.data[i * self.stride..(i + 1) * self.stride]
    }

    /// Makes the padding that of the unit matrix, so that it can be worked on in whole blocks.
    fn pad(&mut self) {
        let (size, stride) = (self.size, self.stride);
        for i in 0..stride {
            let row = self.row_mut(i);
            let begin = if i < size { size } else { 0 };
            row[begin..].fill(0.0);
            if i >= size {
                row[i] = 1.0;
            }
        }
    }

    /// Makes it U of `Uᵀ U = self`; false if it is not positive definite.
    fn factorise(&mut self, panel: &mut Vec<f64>) -> bool {
        self.pad();
        panel.resize(BLOCK * self.stride, 0.0);
        dispatch!(level(), _simd => cholesky(&mut self.data, self.stride, panel));
        (0..self.size).all(|i| {
            let pivot = self.data[i * self.stride + i];
            pivot > 0.0 && pivot.is_finite()
        })
    }
}

/// `C = L Lᵀ`, as the inverse of L: what means, variances and gradients are computed from.
#[derive(Clone, Debug, Default)]
pub struct Factor {
    size: usize,
    stride: usize,
    /// L⁻¹, lower triangle, by rows.
    inverse: Vec<f64>,
    /// Half the logarithm of the determinant of C.
    half_log_det: f64,
    panel: Vec<f64>,
}

impl Factor {
    /// Factors a matrix, which is destroyed; false if it is not positive definite.
    pub fn compute(&mut self, matrix: &mut Square) -> bool {
        if !matrix.factorise(&mut self.panel) {
            return false;
        }
        (self.size, self.stride) = (matrix.size, matrix.stride);
        self.half_log_det = (0..self.size)
            .map(|i| libm::log(matrix.data[i * matrix.stride + i]))
            .sum();
        self.inverse.clear();
        self.inverse.resize(self.stride * self.stride, 0.0);
        dispatch!(level(), _simd => invert(&matrix.data, &mut self.inverse, self.stride));
        true
    }

    /// How far rows of [`transposed`](Self::transposed) are apart.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Half the logarithm of the determinant of C.
    #[must_use]
    pub fn half_log_det(&self) -> f64 {
        self.half_log_det
    }

    /// Row `i` of L⁻¹, up to its diagonal.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.inverse[i * self.stride..i * self.stride + i + 1]
    }

    /// Writes -C⁻¹ into the upper triangle of `out` (and into some blocks below it).
    pub fn negative_inverse(&self, out: &mut Square) {
        out.reset(self.size);
        out.data.fill(0.0);
        dispatch!(level(), _simd => gram(&self.inverse, &mut out.data, self.stride));
    }

    /// `out = L⁻ᵀ v`.
    pub fn transpose_times(&self, v: &[f64], out: &mut [f64]) {
        dispatch!(level(), _simd => self.transpose_times_in(v, out));
    }

    #[inline(always)]
    fn transpose_times_in(&self, v: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (i, v) in v.iter().enumerate().take(self.size) {
            tile::add_scaled(&mut out[..=i], *v, self.row(i));
        }
    }

    /// `out = L⁻¹ k`.
    pub fn times(&self, k: &[f64], out: &mut [f64]) {
        dispatch!(level(), _simd => self.times_in(k, out));
    }

    #[inline(always)]
    fn times_in(&self, k: &[f64], out: &mut [f64]) {
        for (i, out) in out.iter_mut().enumerate().take(self.size) {
            *out = tile::dot(self.row(i), &k[..=i]);
        }
    }

    /// Returns L⁻ᵀ by rows, [`stride`](Self::stride) apart: the factor for many right sides at once.
    pub fn transposed(&self) -> Vec<f64> {
        let stride = self.stride;
        let mut across = vec![0.0; stride * stride];
        for i in 0..self.size {
            for (j, value) in self.row(i).iter().enumerate() {
                across[j * stride + i] = *value;
            }
        }
        across
    }

    /// Adds a row and a column to C: `k` and the diagonal. False, and nothing done, if it would not
    /// stay positive definite.
    pub fn append(&mut self, k: &[f64], diagonal: f64) -> bool {
        let size = self.size;
        let mut half = vec![0.0; size];
        self.times(k, &mut half);
        let rest = diagonal - dot(&half, &half);
        if !(rest > 0.0 && rest.is_finite()) {
            return false;
        }
        let pivot = rest.sqrt();
        let mut row = vec![0.0; size];
        self.transpose_times(&half, &mut row);
        if size == self.stride {
            self.widen();
        }
        let stride = self.stride;
        let target = &mut self.inverse[size * stride..(size + 1) * stride];
        target.fill(0.0);
        for (target, value) in target.iter_mut().zip(&row) {
            *target = -value / pivot;
        }
        target[size] = 1.0 / pivot;
        self.size += 1;
        self.half_log_det += libm::log(pivot);
        true
    }

    fn widen(&mut self) {
        let (old, new) = (self.stride, self.stride + 4 * LANES);
        let mut wider = vec![0.0; new * new];
        for (to, from) in wider.chunks_mut(new).zip(self.inverse.chunks(old)) {
            to[..old].copy_from_slice(from);
        }
        self.inverse = wider;
        self.stride = new;
    }
}

/// See [`tile::dot`].
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    dispatch!(level(), _simd => tile::dot(x, y))
}

/// The upper triangle of `a`, of `n` rows, becomes U of `Uᵀ U = a`.
#[inline(always)]
fn cholesky(a: &mut [f64], n: usize, panel: &mut [f64]) {
    for begin in (0..n).step_by(BLOCK) {
        let end = (begin + BLOCK).min(n);
        for k in begin..end {
            let (above, below) = a.split_at_mut((k + 1) * n);
            let row = &mut above[k * n..];
            let scale = 1.0 / row[k].sqrt();
            row[k..].iter_mut().for_each(|value| *value *= scale);
            for i in k + 1..end {
                let other = &mut below[(i - k - 1) * n..(i - k) * n];
                tile::add_scaled(&mut other[i..], -row[i], &row[i..]);
            }
        }
        for k in begin..end {
            panel[(k - begin) * n..][end..n].copy_from_slice(&a[k * n + end..(k + 1) * n]);
        }
        let rows = Rows {
            data: panel,
            stride: n,
        };
        for i in (end..n).step_by(ROWS) {
            for j in (i / LANES * LANES..n).step_by(LANES) {
                let block = tile::product(rows, i, rows, j, 0, end - begin);
                subtract(&mut a[i * n..], n, j, &block);
            }
        }
    }
}

/// `y` becomes L⁻¹ of `Lᵀ = u`; it is zero at first.
#[inline(always)]
fn invert(u: &[f64], y: &mut [f64], n: usize) {
    let factor = Rows { data: u, stride: n };
    for begin in (0..n).step_by(BLOCK) {
        let end = (begin + BLOCK).min(n);
        let (done, todo) = y.split_at_mut(begin * n);
        let known = Rows {
            data: done,
            stride: n,
        };
        for i in (begin..end).step_by(ROWS) {
            for j in (0..begin).step_by(LANES) {
                let block = tile::product(factor, i, known, j, j, begin);
                subtract(&mut todo[(i - begin) * n..], n, j, &block);
            }
        }
        for i in begin..end {
            let (above, row) = todo.split_at_mut((i - begin) * n);
            let row = &mut row[..n];
            row[i] = 1.0;
            for k in begin..i {
                let above = &above[(k - begin) * n..];
                tile::add_scaled(&mut row[..=k], -u[k * n + i], &above[..=k]);
            }
            let scale = 1.0 / u[i * n + i];
            row[..=i].iter_mut().for_each(|value| *value *= scale);
        }
    }
}

/// The upper triangle of `out` becomes `-yᵀ y`; it is zero at first.
#[inline(always)]
fn gram(y: &[f64], out: &mut [f64], n: usize) {
    let rows = Rows { data: y, stride: n };
    for i in (0..n).step_by(ROWS) {
        for j in (i / LANES * LANES..n).step_by(LANES) {
            let block = tile::product(rows, i, rows, j, j, n);
            subtract(&mut out[i * n..], n, j, &block);
        }
    }
}

#[inline(always)]
fn subtract(rows: &mut [f64], stride: usize, j: usize, block: &[[f64; LANES]; ROWS]) {
    for (row, sums) in rows.chunks_mut(stride).zip(block) {
        for (value, sum) in row[j..j + LANES].iter_mut().zip(sums) {
            *value -= sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Seed;

    use super::*;

    /// A positive definite matrix of this size, both triangles filled.
    fn matrix(size: usize) -> Square {
        let point = |i: usize, d: u64| Seed::new(3).derive(i as u64).derive(d).unit();
        let mut matrix = Square::default();
        matrix.reset(size);
        for i in 0..size {
            for j in 0..size {
                let far: f64 = (0..3).map(|d| (point(i, d) - point(j, d)).powi(2)).sum();
                let nugget = if i == j { 1e-3 } else { 0.0 };
                matrix.row_mut(i)[j] = (-far).exp() + nugget;
            }
        }
        matrix
    }

    #[test]
    fn the_inverse_is_one() {
        for size in [1, 2, 7, 8, 31, 33, 64, 100, 131] {
            let full = matrix(size);
            let mut factor = Factor::default();
            assert!(factor.compute(&mut full.clone()));
            let mut inverse = Square::default();
            factor.negative_inverse(&mut inverse);
            for i in 0..size {
                for j in 0..size {
                    let entry = |k: usize| -inverse.row(k.min(j))[k.max(j)] * full.row(i)[k];
                    let sum: f64 = (0..size).map(entry).sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((sum - expected).abs() < 1e-9, "{size}: ({i}, {j}) {sum}");
                }
            }
        }
    }

    #[test]
    fn its_inverse_is_that_of_the_textbook() {
        for n in [1, 9, 40, 97] {
            let full = matrix(n);
            let mut lower = vec![0.0_f64; n * n];
            for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                let known = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]);
                let rest: f64 = full.row(i)[j] - known.sum::<f64>();
                lower[i * n + j] = if i == j {
                    rest.sqrt()
                } else {
                    rest / lower[j * n + j]
                };
            }
            let mut factor = Factor::default();
            assert!(factor.compute(&mut full.clone()));
            let logs: f64 = (0..n).map(|i| lower[i * n + i].ln()).sum();
            assert!((factor.half_log_det() - logs).abs() < 1e-8, "{n}");
            for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                let sum: f64 = (j..=i).map(|k| factor.row(i)[k] * lower[k * n + j]).sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((sum - expected).abs() < 1e-8, "{n}: ({i}, {j}) {sum}");
            }
        }
    }

    #[test]
    fn a_matrix_grown_row_by_row_is_that_matrix() {
        let full = matrix(50);
        let mut first = Square::default();
        first.reset(5);
        for i in 0..5 {
            first.row_mut(i)[..5].copy_from_slice(&full.row(i)[..5]);
        }
        let (mut grown, mut whole) = (Factor::default(), Factor::default());
        assert!(grown.compute(&mut first) && whole.compute(&mut full.clone()));
        for i in 5..50 {
            assert!(grown.append(&full.row(i)[..i], full.row(i)[i]));
        }
        assert!((grown.half_log_det() - whole.half_log_det()).abs() < 1e-9);
        for i in 0..50 {
            for (a, b) in grown.row(i).iter().zip(whole.row(i)) {
                assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "row {i}: {a} {b}");
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        let mut singular = Square::default();
        singular.reset(3);
        for i in 0..3 {
            singular.row_mut(i)[..3].fill(1.0);
        }
        let mut factor = Factor::default();
        assert!(!factor.compute(&mut singular));
        assert!(factor.compute(&mut matrix(3)));
        assert!(!factor.append(&[10.0, 0.0, 0.0], 1.0));
        assert_eq!(factor.size, 3);
        singular.reset(2);
        singular.row_mut(0)[0] = f64::NAN;
        assert!(!factor.compute(&mut singular));
    }

    #[test]
    fn vectors_of_any_width_give_the_same_bits() {
        // The loops without vectors and with those of this machine.
        for size in [5, 40, 96, 133] {
            let mut plain = matrix(size);
            plain.pad();
            let stride = plain.stride;
            let mut panel = vec![0.0; BLOCK * stride];
            cholesky(&mut plain.data, stride, &mut panel);
            let mut inverse = vec![0.0; stride * stride];
            invert(&plain.data, &mut inverse, stride);
            let mut factor = Factor::default();
            assert!(factor.compute(&mut matrix(size)));
            assert!(
                factor
                    .inverse
                    .iter()
                    .zip(&inverse)
                    .all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }
}
