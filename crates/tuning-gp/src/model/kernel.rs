//! The kernel: how alike the values at two points are.

use std::ops::{Range, RangeInclusive};

use tuning_toolkit::{linalg::tile::LANES, math::exp_negative};

use crate::cube::{Column, Columns, Table};

use super::prior::Hyper;

/// Points that are worked on together.
const CHUNK: usize = 4 * LANES;

/// For this many coordinates there is a second part: with one both are the same, and with many it costs
/// more than it is worth.
const SUMS: RangeInclusive<usize> = 2..=24;

/// `variance · ((1 - share) · M(Σ w d²) + share · mean M(fine · w d²))`: Matérn functions of the distance in
/// all coordinates together, and of each coordinate by itself.
///
/// The first part can learn any function, the second one sums of functions of one coordinate, for
/// which few points suffice. How much there is of each is learnt.
// Duvenaud, Nickisch & Rasmussen 2011, arXiv:1112.4394, orders 1 and D.
#[derive(Clone, Debug)]
pub(crate) struct Kernel {
    groups: Vec<Group>,
    pub(crate) variance: f64,
    /// The share of the second part.
    share: f64,
}

/// The columns of one coordinate.
#[derive(Clone, Debug)]
struct Group {
    columns: Range<usize>,
    label: bool,
    weight: f64,
    /// The weight in the second part.
    fine: f64,
}

/// Sums over pairs of what each part of the kernel contributes to a gradient.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slopes {
    /// By the logarithm of each weight.
    pub(crate) weights: Vec<f64>,
    /// By the share itself.
    pub(crate) share: f64,
}

impl Kernel {
    pub(crate) fn new(columns: &Columns, hyper: &Hyper) -> Self {
        let weights = hyper.weights();
        let finer = weights.len() as f64;
        let groups = weights.iter().enumerate().map(|(index, weight)| {
            let with = |column: &Column| column.weight == index;
            let begin = columns.iter().position(with).unwrap_or(0);
            let count = columns.iter().filter(|column| with(column)).count();
            Group {
                columns: begin..begin + count,
                label: columns
                    .iter()
                    .nth(begin)
                    .is_some_and(|column| column.is_label()),
                weight: *weight,
                fine: weight * finer,
            }
        });
        Self {
            groups: groups.collect(),
            variance: hyper.variance(),
            share: if SUMS.contains(&weights.len()) {
                hyper.share()
            } else {
                0.0
            },
        }
    }

    /// The weights of the two parts.
    fn parts(&self) -> (f64, f64) {
        (
            1.0 - self.share,
            self.share / self.groups.len().max(1) as f64,
        )
    }

    /// Writes the covariances, in units of the variance, of a point with the points `from..` of a table.
    #[inline(always)]
    pub(crate) fn shapes(
        &self,
        numbers: impl Fn(usize) -> f64,
        table: &Table,
        from: usize,
        out: &mut [f64],
    ) {
        let (joint, single) = self.parts();
        for (k, out) in out.chunks_mut(CHUNK).enumerate() {
            let from = from + k * CHUNK;
            let (mut squares, mut sums) = ([0.0; CHUNK], [0.0; CHUNK]);
            for group in &self.groups {
                let far = group.distances(&numbers, table, from, out.len());
                for (square, far) in squares.iter_mut().zip(&far) {
                    *square += group.weight * far;
                }
                if single > 0.0 {
                    for (sum, far) in sums.iter_mut().zip(&far) {
                        *sum += matern(group.fine * far).0;
                    }
                }
            }
            for ((out, square), sum) in out.iter_mut().zip(&squares).zip(&sums) {
                *out = joint * matern(*square).0 + single * sum;
            }
        }
    }

    /// Adds `Σ factor · derivative` over the pairs of a point with the points `from..` of a table.
    #[inline(always)]
    pub(crate) fn differentiate(
        &self,
        numbers: impl Fn(usize) -> f64,
        table: &Table,
        from: usize,
        factors: &[f64],
        slopes: &mut Slopes,
    ) {
        let (joint, single) = self.parts();
        let groups = self.groups.len().max(1) as f64;
        slopes.weights.resize(self.groups.len(), 0.0);
        for (k, factors) in factors.chunks(CHUNK).enumerate() {
            let from = from + k * CHUNK;
            let mut padded = [0.0; CHUNK];
            padded[..factors.len()].copy_from_slice(factors);
            let mut squares = [0.0; CHUNK];
            for group in &self.groups {
                let far = group.distances(&numbers, table, from, factors.len());
                for (square, far) in squares.iter_mut().zip(&far) {
                    *square += group.weight * far;
                }
            }
            let mut shapes = [0.0; CHUNK];
            for (square, shape) in squares.iter_mut().zip(&mut shapes) {
                (*shape, *square) = matern(*square);
            }
            let mut by_share = [0.0; CHUNK];
            for (group, by_weight) in self.groups.iter().zip(&mut slopes.weights) {
                let far = group.distances(&numbers, table, from, factors.len());
                let mut sums = [0.0; CHUNK];
                for l in 0..CHUNK {
                    let mut slope = joint * group.weight * squares[l];
                    if single > 0.0 {
                        let (shape, fine) = matern(group.fine * far[l]);
                        slope += single * group.fine * fine;
                        by_share[l] += shape;
                    }
                    sums[l] = padded[l] * far[l] * slope;
                }
                *by_weight += total(&sums);
            }
            let mut sums = [0.0; CHUNK];
            for l in 0..CHUNK {
                sums[l] = padded[l] * (by_share[l] / groups - shapes[l]);
            }
            if single > 0.0 {
                slopes.share += total(&sums);
            }
        }
    }

    /// For each column `Σ factor · ∂k/∂number`, in units of the variance, for two lists of factors.
    #[inline(always)]
    pub(crate) fn slopes(
        &self,
        numbers: &[f64],
        table: &Table,
        factors: [&[f64]; 2],
        out: [&mut [f64]; 2],
    ) {
        let (joint, single) = self.parts();
        let [first, second] = out;
        first.fill(0.0);
        second.fill(0.0);
        for from in (0..table.rows()).step_by(CHUNK) {
            let count = CHUNK.min(table.rows() - from);
            let mut padded = [[0.0; CHUNK]; 2];
            for (padded, factors) in padded.iter_mut().zip(factors) {
                padded[..count].copy_from_slice(&factors[from..from + count]);
            }
            let mut squares = [0.0; CHUNK];
            for group in &self.groups {
                let far = group.distances(|c| numbers[c], table, from, count);
                for (square, far) in squares.iter_mut().zip(&far) {
                    *square += group.weight * far;
                }
            }
            for square in &mut squares {
                *square = joint * matern(*square).1;
            }
            for group in self.groups.iter().filter(|group| !group.label) {
                let mut slope = [0.0; CHUNK];
                let far = group.distances(|c| numbers[c], table, from, count);
                for l in 0..CHUNK {
                    slope[l] = 2.0 * group.weight * squares[l];
                    if single > 0.0 {
                        slope[l] += 2.0 * single * group.fine * matern(group.fine * far[l]).1;
                    }
                }
                for c in group.columns.clone() {
                    let column = &table.column(c)[from..from + count];
                    let mut sums = [[0.0; CHUNK]; 2];
                    for (l, number) in column.iter().enumerate() {
                        let by = slope[l] * (numbers[c] - number);
                        sums[0][l] = padded[0][l] * by;
                        sums[1][l] = padded[1][l] * by;
                    }
                    first[c] += total(&sums[0]);
                    second[c] += total(&sums[1]);
                }
            }
        }
    }
}

impl Group {
    /// Squared distances of a point from up to [`CHUNK`] points of a table; 0 beyond.
    #[inline(always)]
    fn distances(
        &self,
        numbers: impl Fn(usize) -> f64,
        table: &Table,
        from: usize,
        count: usize,
    ) -> [f64; CHUNK] {
        let mut far = [0.0; CHUNK];
        for c in self.columns.clone() {
            let (at, column) = (numbers(c), &table.column(c)[from..from + count]);
            if self.label {
                for (far, number) in far.iter_mut().zip(column) {
                    *far += if *number == at { 0.0 } else { 1.0 };
                }
            } else {
                for (far, number) in far.iter_mut().zip(column) {
                    let distance = number - at;
                    *far += distance * distance;
                }
            }
        }
        far
    }
}

/// M(r²) of Matérn 5/2 and its derivative by r².
// Rasmussen & Williams 2006, eq. 4.17, with q = √5 r: (1 + q + q²/3) e^-q; the derivative by r² is
// -(5/6)(1 + q) e^-q.
#[inline(always)]
fn matern(square: f64) -> (f64, f64) {
    let q = (5.0 * square).sqrt();
    let e = exp_negative(-q);
    (
        (1.0 + q + q * q * (1.0 / 3.0)) * e,
        (-5.0 / 6.0) * ((1.0 + q) * e),
    )
}

/// The sum, in an order that vectors of every width keep.
#[inline(always)]
fn total(numbers: &[f64; CHUNK]) -> f64 {
    let mut sums = [0.0; LANES];
    for part in numbers.chunks_exact(LANES) {
        for (sum, number) in sums.iter_mut().zip(part) {
            *sum += number;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
