//! Draws from a mixture.

use tuning_toolkit::Stream;

use super::{
    axis::{Axis, Kind},
    kernels::Kernels,
};

/// After this many draws outside the unit interval the nearer end is taken. A kernel has a third of its
/// mass inside at least, so that no draw gets there.
const ATTEMPTS: usize = 100;

/// A point drawn evenly.
pub(crate) fn evenly(axes: &[Axis], stream: &mut Stream) -> Vec<f64> {
    let mut point = Vec::with_capacity(axes.len());
    for axis in axes {
        point.push(if axis.is_active(&point) {
            axis.settle(stream.unit())
        } else {
            f64::NAN
        });
    }
    point
}

impl Kernels {
    /// Draws a kernel by its weight.
    pub(crate) fn kernel(&self, stream: &mut Stream) -> usize {
        let u = stream.unit();
        let kernel = self.cumulated.partition_point(|sum| *sum <= u);
        kernel.min(self.cumulated.len() - 1)
    }

    /// Draws a coordinate from a kernel.
    pub(crate) fn coordinate(
        &self,
        axis: &Axis,
        d: usize,
        kernel: usize,
        stream: &mut Stream,
    ) -> f64 {
        let column = &self.columns[d];
        if let Kind::Choices(n) = axis.kind {
            return match column.choice(kernel) {
                Some((own, chances)) if stream.unit() < chances => f64::from(own),
                _ => stream.below(n) as f64,
            };
        }
        let (centre, width) = (column.centres[kernel], column.widths[kernel]);
        let mut place = centre;
        for _ in 0..ATTEMPTS {
            place = centre + width * stream.normal_fast();
            if (0.0..=1.0).contains(&place) {
                break;
            }
        }
        axis.settle(place.clamp(0.0, 1.0))
    }

    /// Draws a point into `point`: parents first, then what is active because of them. `fixed`: the
    /// coordinate of one axis, where it is active.
    pub(crate) fn draw(
        &self,
        axes: &[Axis],
        fixed: Option<(usize, f64)>,
        stream: &mut Stream,
        point: &mut Vec<f64>,
    ) {
        let kernel = self.kernel(stream);
        point.clear();
        for (d, axis) in axes.iter().enumerate() {
            point.push(match fixed {
                _ if !axis.is_active(point) => f64::NAN,
                Some((place, coordinate)) if place == d => coordinate,
                _ => self.coordinate(axis, d, kernel, stream),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tuning_core::{Parameter, Seed, Space};

    use super::*;
    use crate::model::Member;

    #[test]
    fn draws_follow_the_density() {
        let space = Space::new([
            Parameter::float("x", 0.0, 1.0),
            Parameter::ordered("n", [1, 2, 3]),
            Parameter::categorical("c", ["a", "b", "c"]),
        ]);
        let axes = Axis::of(&space.unwrap());
        let mut kernels = Kernels::new(&axes, 0.01);
        let points = [[0.05, 0.0, 1.0], [0.1, 1.0, 1.0], [0.8, 2.0, 0.0]];
        let points = points.map(|point: [f64; 3]| Arc::from(&point[..]));
        let members = points.iter().enumerate().map(|(id, point)| Member {
            id: id as u64,
            point,
            weight: 1.0,
        });
        let members: Vec<Member<'_>> = members.collect();
        kernels.set(&axes, &members, 1.0, 0.0);
        let (bins, draws) = (10_usize, 40_000);
        let mut counts = vec![0_u32; bins * 9];
        let mut stream = Stream::new(Seed::new(3));
        let mut point = Vec::new();
        for _ in 0..draws {
            kernels.draw(&axes, None, &mut stream, &mut point);
            let bin = ((point[0] * bins as f64) as usize).min(bins - 1);
            counts[(bin * 3 + point[1] as usize) * 3 + point[2] as usize] += 1;
        }
        for (place, count) in counts.iter().enumerate() {
            let (bin, n, c) = (place / 9, place / 3 % 3, place % 3);
            let mut mass = 0.0;
            for part in 0..20 {
                let x = (bin as f64 + (f64::from(part) + 0.5) / 20.0) / bins as f64;
                mass += kernels.log_density(&axes, &[x, n as f64, c as f64]).exp() / 20.0;
            }
            let expected = mass / bins as f64 * f64::from(draws);
            let away = (f64::from(*count) - expected).abs();
            assert!(
                away < 5.0 * expected.sqrt() + 3.0,
                "{place}: {count} {expected}"
            );
        }
    }
}
