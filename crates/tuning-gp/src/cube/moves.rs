//! Points drawn at random, and points near others.

use super::{
    axis::{Kind, nearest},
    space::Cube,
};
use crate::stream::Stream;

impl Cube {
    /// A point drawn evenly.
    pub(crate) fn random(&self, stream: &mut Stream) -> Vec<f64> {
        let mut point = vec![super::ABSENT; self.len()];
        self.repair(&mut point, |_, _| stream.unit());
        point
    }

    /// A point near another: each coordinate is moved with the probability `rate`, and at least one.
    /// `scale`: the deviation of a move.
    pub(crate) fn near(
        &self,
        point: &[f64],
        rate: f64,
        scale: f64,
        stream: &mut Stream,
    ) -> Vec<f64> {
        let mut moved = point.to_vec();
        let there: Vec<usize> = (0..self.len())
            .filter(|index| point[*index] >= 0.0 && self.axes()[*index].kind != Kind::Constant)
            .collect();
        if there.is_empty() {
            return moved;
        }
        let sure = there[stream.below(there.len())];
        for index in there {
            if index == sure || stream.chance(rate) {
                moved[index] = step(&self.axes()[index].kind, point[index], scale, stream);
            }
        }
        self.repair(&mut moved, |_, _| stream.unit());
        moved
    }

    /// Moves a point drawn from the cube into a box around a centre: coordinates evenly into the box,
    /// but only a few of many; choices mostly to the centre's.
    pub(crate) fn draw_towards(
        &self,
        point: &mut [f64],
        centre: &[f64],
        (lower, upper): (&[f64], &[f64]),
        stream: &mut Stream,
    ) {
        let rate = (FEW / self.free().max(1) as f64).min(1.0);
        for (index, axis) in self.axes().iter().enumerate() {
            if !axis.is_active(point) {
                point[index] = super::ABSENT;
                continue;
            }
            let (drawn, centre) = (point[index], centre[index]);
            point[index] = match &axis.kind {
                Kind::Constant => 0.5,
                Kind::Choices(_) if centre >= 0.0 && stream.chance(LOYAL) => centre,
                Kind::Choices(n) if drawn < 0.0 => stream.below(*n) as f64,
                Kind::Choices(_) => drawn,
                _ if centre < 0.0 => {
                    axis.coordinate(if drawn < 0.0 { stream.unit() } else { drawn })
                }
                _ if !stream.chance(rate) => centre,
                _ => axis.coordinate(lower[index] + stream.unit() * (upper[index] - lower[index])),
            };
        }
    }
}

/// In a box, a draw differs from the centre in this many coordinates on average, at most.
// Eriksson et al. 2019, arXiv:1910.01739, section 2.
const FEW: f64 = 20.0;
/// How many draws have the centre's choice.
const LOYAL: f64 = 0.7;

fn step(kind: &Kind, from: f64, scale: f64, stream: &mut Stream) -> f64 {
    match kind {
        Kind::Constant => from,
        Kind::Continuous => reflect(from + scale * stream.normal()),
        Kind::Steps(middles) => {
            let place = nearest(middles, from);
            let wanted = reflect(from + scale * stream.normal());
            let mut to = nearest(middles, wanted);
            if to == place {
                // Too small a step for these cells: to the neighbour, inwards at an end.
                let up = wanted > from;
                to = match place {
                    0 => 1,
                    _ if place + 1 == middles.len() => place - 1,
                    _ if up => place + 1,
                    _ => place - 1,
                };
            }
            middles[to]
        }
        Kind::Choices(n) => {
            let other = stream.below(n - 1);
            (if other as f64 >= from {
                other + 1
            } else {
                other
            }) as f64
        }
    }
}

/// A number beyond an end of the unit interval as if thrown back by it.
fn reflect(u: f64) -> f64 {
    let u = u.abs();
    let u = if u > 1.0 { 2.0 - u } else { u };
    u.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Seed, Space};

    use super::*;

    #[test]
    fn points_near_others_are_other_points_of_the_space() {
        let space = Space::new([
            Parameter::float("x", 0.0, 1.0),
            Parameter::int("n", 1, 5),
            Parameter::categorical("c", ["a", "b", "c"]),
            Parameter::int("m", 1, 2).when("c", ["b"]),
            Parameter::int("fixed", 1, 1),
        ]);
        let cube = Cube::new(&space.unwrap());
        let mut stream = Stream::counted(Seed::new(1));
        for k in 0..500 {
            let point = cube.random(&mut stream);
            let scale = libm::pow(10.0, -f64::from(k % 5));
            let near = cube.near(&point, 0.3, scale, &mut stream);
            assert_ne!(point, near);
            let params = cube.params(&near).unwrap();
            let back = cube.point(&params);
            assert!(
                back.iter().zip(&near).all(|(a, b)| (a - b).abs() < 1e-9),
                "{back:?} {near:?}"
            );
        }
    }
}
