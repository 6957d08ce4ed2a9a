//! The density of a mixture at a point.
//!
//! The loops are compiled for several widths of vector registers, and the widest that the machine has is taken. Every
//! number is computed by the same operations in the same order with all of them, and multiplications are never fused with
//! additions: the results do not differ from machine to machine by a single bit.

use fearless_simd::dispatch;
use tuning_toolkit::{math::exp2, simd::level};

use super::{axis::Axis, kernels::Kernels, shape::log2};

/// How many sums run beside each other: this many fit a vector register of every usual machine.
const LANES: usize = 8;

impl Kernels {
    /// The logarithm of the density at a point, over the axes that are active there.
    ///
    /// In single precision, to five digits: more than a comparison of candidates needs, and twice as many
    /// numbers fit a register.
    pub(crate) fn log_density(&mut self, axes: &[Axis], point: &[f64]) -> f64 {
        dispatch!(level(), _simd => self.log_density_in(axes, point))
    }

    #[inline(always)]
    fn log_density_in(&mut self, axes: &[Axis], point: &[f64]) -> f64 {
        let mut sums = std::mem::take(&mut self.sums);
        sums.clear();
        sums.extend_from_slice(&self.base);
        for ((column, axis), coordinate) in self.columns.iter_mut().zip(axes).zip(point) {
            if coordinate.is_nan() {
                continue;
            }
            column.add(*coordinate, &mut sums);
            // Those of axes that are always active are in the base already.
            if let (true, Some(constants)) = (axis.is_conditional(), column.constants()) {
                for (sum, constant) in sums.iter_mut().zip(constants) {
                    *sum += constant;
                }
            }
        }
        let log = log2_sum(&mut sums, &self.weights) * std::f64::consts::LN_2;
        self.sums = sums;
        log
    }
}

/// `log2 Σ w 2^x`, with the largest `x` taken out first: nothing overflows. Leaves the terms in `logs`.
// Loops as plain as these become vector instructions.
#[inline(always)]
fn log2_sum(logs: &mut [f32], weights: &[f32]) -> f64 {
    let most = in_lanes(logs, f32::MIN, |most, x| if x > most { x } else { most });
    let most = most.iter().fold(f32::MIN, |a, b| a.max(*b));
    for (x, weight) in logs.iter_mut().zip(weights) {
        *x = weight * exp2(*x - most);
    }
    let sums = in_lanes(logs, 0.0, |sum, x| sum + x);
    let sum: f64 = sums.iter().map(|sum| f64::from(*sum)).sum();
    f64::from(most) + log2(sum)
}

/// Folds every eighth number with every eighth.
#[inline(always)]
fn in_lanes(numbers: &[f32], start: f32, fold: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    let mut lanes = [start; LANES];
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = fold(lanes[lane], chunk[lane]);
        }
    }
    for (lane, x) in rest.iter().enumerate() {
        lanes[lane] = fold(lanes[lane], *x);
    }
    lanes
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tuning_core::{Parameter, Space};

    use super::*;
    use crate::model::Member;

    fn space() -> Space {
        Space::new([
            Parameter::float("x", 0.0, 1.0),
            Parameter::int("n", 1, 5),
            Parameter::categorical("c", ["a", "b", "c"]),
            Parameter::float("y", 0.0, 1.0).when("c", ["b"]),
        ])
        .unwrap()
    }

    fn points() -> Vec<Arc<[f64]>> {
        let points = [
            [0.1, 0.0, 1.0, 0.4],
            [0.15, 3.0, 0.0, f64::NAN],
            [0.9, 4.0, 1.0, 0.45],
            [0.5, 4.0, 2.0, f64::NAN],
        ];
        points.iter().map(|point| Arc::from(&point[..])).collect()
    }

    fn members(points: &[Arc<[f64]>]) -> Vec<Member<'_>> {
        let members = points.iter().enumerate().map(|(id, point)| Member {
            id: id as u64,
            point,
            weight: 1.0 + id as f64,
        });
        members.collect()
    }

    #[test]
    fn densities_are_those_of_scipy() {
        // The output of tests/oracle.py, with scipy 1.17.
        let axes = Axis::of(&space());
        let mut kernels = Kernels::new(&axes, 0.01);
        kernels.set(&axes, &members(&points()), 1.0, 0.0);
        for (point, expected) in [
            ([0.12, 0.0, 1.0, 0.41], -2.509_177_176_321_627_7),
            ([0.5, 2.0, 0.0, f64::NAN], -3.127_353_687_614_456),
            ([0.99, 4.0, 2.0, f64::NAN], -2.062_284_839_852_812),
            ([0.0, 4.0, 1.0, 1.0], -2.934_222_243_917_317_6),
        ] {
            let found = kernels.log_density(&axes, &point);
            assert!((found - expected).abs() < 1e-5, "{point:?}: {found}");
        }
    }

    #[test]
    fn a_density_sums_to_one() {
        let axes = Axis::of(&space());
        let mut kernels = Kernels::new(&axes, 0.01);
        kernels.set(&axes, &members(&points()), 0.5, 0.0);
        let steps = 200;
        let mut sum = 0.0;
        for x in 0..steps {
            for n in 0..5 {
                for c in 0..3 {
                    let ys = if c == 1 { steps } else { 1 };
                    for y in 0..ys {
                        let place = |k: usize| (k as f64 + 0.5) / f64::from(steps as u32);
                        let y = if c == 1 { place(y) } else { f64::NAN };
                        let point = [place(x), f64::from(n), f64::from(c), y];
                        let ys = f64::from(ys as u32);
                        sum +=
                            kernels.log_density(&axes, &point).exp() / f64::from(steps as u32) / ys;
                    }
                }
            }
        }
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    }

    #[test]
    fn a_mixture_is_a_function_of_its_members() {
        let axes = Axis::of(&space());
        let points = points();
        let all = members(&points);
        let mut by_steps = Kernels::new(&axes, 0.01);
        for chosen in [&[0, 1][..], &[1, 3], &[0, 2, 3], &[2], &[], &[0, 1, 2, 3]] {
            let chosen: Vec<Member<'_>> = chosen.iter().map(|k: &usize| all[*k]).collect();
            by_steps.set(&axes, &chosen, 1.0, 0.0);
            let mut at_once = Kernels::new(&axes, 0.01);
            at_once.set(&axes, &chosen, 1.0, 0.0);
            for x in [0.0, 0.3, 0.77, 1.0] {
                let point = [x, 2.0, 1.0, 1.0 - x];
                let (a, b) = (
                    by_steps.log_density(&axes, &point),
                    at_once.log_density(&axes, &point),
                );
                assert_eq!(a.to_bits(), b.to_bits());
            }
        }
    }
}
