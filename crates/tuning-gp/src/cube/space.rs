//! [`Cube`]: between parameters, points of coordinates, and columns of numbers.

use tuning_core::{Params, ParamsError, Seed, Space};

use super::axis::{ABSENT, Axis, Kind};

/// The space as coordinates: one per parameter, [`ABSENT`] where it is not active.
#[derive(Clone, Debug)]
pub(crate) struct Cube {
    space: Space,
    axes: Vec<Axis>,
}

impl Cube {
    pub(crate) fn new(space: &Space) -> Self {
        Self {
            space: space.clone(),
            axes: Axis::of(space),
        }
    }

    pub(crate) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How many coordinates a point has.
    pub(crate) fn len(&self) -> usize {
        self.axes.len()
    }

    /// How many coordinates can be chosen.
    pub(crate) fn free(&self) -> usize {
        let free = |axis: &&Axis| axis.kind != Kind::Constant;
        self.axes.iter().filter(free).count()
    }

    /// The point of these parameters, which need not be this space's own.
    pub(crate) fn point(&self, params: &Params) -> Vec<f64> {
        let places = self.space.encode(params);
        let mut point = vec![ABSENT; self.len()];
        for (index, axis) in self.axes.iter().enumerate() {
            if axis.is_active(&point) {
                point[index] = axis.coordinate(places[index].unwrap_or(0.5));
            }
        }
        point
    }

    /// The parameters at a point.
    pub(crate) fn params(&self, point: &[f64]) -> Result<Params, ParamsError> {
        self.space
            .assign(|index, domain| self.axes[index].kind.value(domain, point[index]))
    }

    /// Makes a point one of the space: what is not active is absent, and what is active and absent is
    /// filled in by `choose`.
    pub(crate) fn repair(&self, point: &mut [f64], mut choose: impl FnMut(usize, &Axis) -> f64) {
        for (index, axis) in self.axes.iter().enumerate() {
            if !axis.is_active(point) {
                point[index] = ABSENT;
            } else if point[index] < 0.0 {
                point[index] = axis.coordinate(choose(index, axis));
            }
        }
    }

    /// The point where every coordinate is in the middle, or the first choice.
    pub(crate) fn middle(&self) -> Vec<f64> {
        let mut point = vec![ABSENT; self.len()];
        self.repair(&mut point, |_, axis| match axis.kind {
            Kind::Choices(_) => 0.0,
            _ => 0.5,
        });
        point
    }

    /// What tells a point from others, in one word.
    pub(crate) fn key(point: &[f64]) -> u64 {
        let mix = |key: Seed, coordinate: &f64| key.derive(coordinate.to_bits());
        point.iter().fold(Seed::new(0), mix).get()
    }

    /// How many points there are, if they are at most `most`.
    pub(crate) fn finite(&self, most: u128) -> Option<usize> {
        let points = self.space.cardinality()?;
        (points <= most).then_some(points as usize)
    }

    /// Every point of a finite space, in order.
    pub(crate) fn all(&self) -> Vec<Vec<f64>> {
        let mut points = vec![Vec::with_capacity(self.len())];
        for (axis, parameter) in self.axes.iter().zip(self.space.parameters()) {
            let domain = parameter.domain();
            let values = (0..domain.cardinality().unwrap_or(0)).filter_map(|k| domain.value_at(k));
            let coordinates: Vec<f64> = values
                .map(|value| axis.coordinate(domain.encode(value)))
                .collect();
            let mut longer = Vec::new();
            for point in points {
                let here: &[f64] = if axis.is_active(&point) {
                    &coordinates
                } else {
                    &[ABSENT]
                };
                longer.extend(here.iter().map(|coordinate| {
                    let mut point: Vec<f64> = point.clone();
                    point.push(*coordinate);
                    point
                }));
            }
            points = longer;
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Parameter;

    use super::*;

    fn cube() -> Cube {
        let space = Space::new([
            Parameter::float("lr", 1e-5, 1e-1).log(),
            Parameter::int("layers", 1, 4),
            Parameter::categorical("opt", ["adam", "sgd", "lion"]),
            Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
            Parameter::int("fixed", 3, 3),
        ]);
        Cube::new(&space.unwrap())
    }

    #[test]
    fn points_and_parameters_are_inverse() {
        let cube = cube();
        for point in [
            vec![0.25, 0.375, 1.0, 0.75, 0.5],
            vec![1.0, 0.125, 2.0, ABSENT, 0.5],
        ] {
            let params = cube.params(&point).unwrap();
            assert_eq!(cube.point(&params), point, "{params}");
        }
    }

    #[test]
    fn a_point_is_repaired_along_its_conditions() {
        let cube = cube();
        let mut point = vec![0.5, 0.9, 1.0, ABSENT, ABSENT];
        cube.repair(&mut point, |_, _| 0.25);
        assert_eq!(point, [0.5, 0.9, 1.0, 0.25, 0.5]);
        point[2] = 0.0;
        cube.repair(&mut point, |_, _| 0.25);
        assert_eq!(point[3], ABSENT);
        assert_eq!((cube.free(), cube.len()), (4, 5));
    }

    #[test]
    fn all_points_of_a_finite_space_are_listed_once() {
        let space = Space::new([
            Parameter::bool("deep"),
            Parameter::int("layers", 1, 3).when("deep", [true]),
            Parameter::ordered("batch", [8, 16]),
            Parameter::bool("warm")
                .when("layers", 2..)
                .when("batch", 16),
        ]);
        let space = space.unwrap();
        let cube = Cube::new(&space);
        assert_eq!(cube.finite(10), Some(10));
        assert_eq!(cube.finite(9), None);
        let mut keys: Vec<_> = cube
            .all()
            .iter()
            .map(|point| cube.params(point).unwrap().key())
            .collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 10);
    }
}
