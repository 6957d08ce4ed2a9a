//! [`Lattice`]: the points of a grid by number, without a list of them.

use tuning_core::{Params, ParamsError, Space, Value};

use super::Axis;

/// The points of a grid over a space, numbered in the order of the parameters' declaration: the first
/// parameter changes slowest. Inactive parameters have no values, so no point comes twice.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    axes: Box<[Axis]>,
    points: tuning_core::Lattice,
}

impl Lattice {
    /// The lattice of these axes, one for each parameter; none if it has too many points to count.
    pub(crate) fn new(space: &Space, axes: impl IntoIterator<Item = Axis>) -> Option<Self> {
        let axes: Box<[Axis]> = axes.into_iter().collect();
        let points = space.lattice(|index| Some(axes[index].points()), value(space, &axes))?;
        Some(Self { axes, points })
    }

    /// How many points there are; at least 1.
    pub(crate) fn points(&self) -> u128 {
        self.points.points()
    }

    /// Whether every point of the space is one of them.
    pub(crate) fn is_complete(&self) -> bool {
        self.axes.iter().all(Axis::is_complete)
    }

    /// The point with a number below [`points`](Self::points).
    pub(crate) fn at(&self, space: &Space, number: u128) -> Result<Params, ParamsError> {
        self.points.at(number, value(space, &self.axes))
    }
}

/// The value at a place of an axis.
fn value(space: &Space, axes: &[Axis]) -> impl Fn(usize, u64) -> Value {
    |index, place| axes[index].value(space.parameters()[index].domain(), place)
}

#[cfg(test)]
mod tests {
    use tuning_core::{Condition, Parameter};

    use super::*;

    fn lattice(space: &Space, resolution: u64) -> Option<Lattice> {
        let axes = space
            .parameters()
            .iter()
            .map(|p| Axis::new(p.domain(), resolution));
        Lattice::new(space, axes)
    }

    fn all(space: &Space, resolution: u64) -> Vec<String> {
        let lattice = lattice(space, resolution).unwrap();
        (0..lattice.points())
            .map(|n| lattice.at(space, n).unwrap().to_string())
            .collect()
    }

    #[test]
    fn the_first_parameter_changes_slowest() {
        let space = Space::new([Parameter::bool("a"), Parameter::int("b", 1, 3)]).unwrap();
        let expect = [
            "a=false b=1",
            "a=false b=2",
            "a=false b=3",
            "a=true b=1",
            "a=true b=2",
            "a=true b=3",
        ];
        assert_eq!(all(&space, 11), expect);
    }

    #[test]
    fn inactive_parameters_make_no_duplicates() {
        let space = Space::new([
            Parameter::categorical("a", ["p", "q", "r", "s"]),
            Parameter::int("b", 1, 2), // declared between a parent and its child
            Parameter::categorical("c", ["x", "y"]).when("a", ["q", "s"]),
            Parameter::int("d", 1, 2).when("c", ["y"]),
        ])
        .unwrap();
        let expect = [
            "a=p b=1",
            "a=p b=2",
            "a=q b=1 c=x",
            "a=q b=1 c=y d=1",
            "a=q b=1 c=y d=2",
            "a=q b=2 c=x",
            "a=q b=2 c=y d=1",
            "a=q b=2 c=y d=2",
            "a=r b=1",
            "a=r b=2",
            "a=s b=1 c=x",
            "a=s b=1 c=y d=1",
            "a=s b=1 c=y d=2",
            "a=s b=2 c=x",
            "a=s b=2 c=y d=1",
            "a=s b=2 c=y d=2",
        ];
        assert_eq!(all(&space, 11), expect);
        assert_eq!(space.cardinality(), Some(16));
    }

    #[test]
    fn points_that_differ_in_what_is_inactive_are_one() {
        let space = Space::new([
            Parameter::float("depth", 0.0, 1.0),
            Parameter::bool("a").when("depth", 0.5..),
            Parameter::bool("b")
                .active_if(Condition::when("depth", ..0.3).or(Condition::when("a", true))),
        ])
        .unwrap();
        let expect = [
            "depth=0 b=false",
            "depth=0 b=true",
            "depth=0.5 a=false",
            "depth=0.5 a=true b=false",
            "depth=0.5 a=true b=true",
            "depth=1 a=false",
            "depth=1 a=true b=false",
            "depth=1 a=true b=true",
        ];
        assert_eq!(all(&space, 3), expect);
    }

    #[test]
    fn more_points_than_a_u128_can_count_are_refused() {
        let space =
            |n| Space::new((0..n).map(|k| Parameter::float(format!("x{k}"), 0.0, 1.0))).unwrap();
        // 2^127 points, of which the last is found, and 2^128.
        let wide = space(127);
        let found = lattice(&wide, 2).unwrap();
        assert_eq!(found.points(), 1 << 127);
        let last = found.at(&wide, (1 << 127) - 1).unwrap();
        assert!(wide.encode(&last).iter().all(|&u| u == Some(1.0)));
        assert!(lattice(&space(128), 2).is_none());
        assert!(lattice(&space(2000), 11).is_none());
    }
}
