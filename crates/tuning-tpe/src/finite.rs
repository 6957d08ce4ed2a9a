//! The points of a small space one after the other.

use tuning_core::Space;

use crate::model::Axis;

/// Spaces with more points than that are searched by candidates alone.
const MOST_POINTS: u128 = 4096;

/// How many points the space has, if it is so small that they can be looked at one by one.
pub(crate) fn size(space: &Space, axes: &[Axis]) -> Option<u128> {
    let counted = axes.iter().all(|axis| axis.values().is_some());
    space
        .cardinality()
        .filter(|points| counted && *points <= MOST_POINTS)
}

/// Calls `visit` with every point of a space whose axes are all counted, in order.
pub(crate) fn each(axes: &[Axis], mut visit: impl FnMut(&[f64])) {
    let mut point: Vec<f64> = Vec::with_capacity(axes.len());
    loop {
        while point.len() < axes.len() {
            let active = axes[point.len()].is_active(&point);
            point.push(if active { 0.0 } else { f64::NAN });
        }
        visit(&point);
        // The next one: count up the last coordinate that can be, and begin again behind it.
        loop {
            let Some(last) = point.pop() else {
                return;
            };
            let values = axes[point.len()].values().unwrap_or(1);
            if !last.is_nan() && last as usize + 1 < values {
                point.push(last + 1.0);
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Condition, Parameter};

    use super::*;

    #[test]
    fn every_point_is_visited_once() {
        let space = Space::new([
            Parameter::categorical("c", ["a", "b", "c"]),
            Parameter::int("n", 1, 4).when("c", ["b"]),
            Parameter::bool("flag"),
            Parameter::ordered("deep", [1, 2]).when("flag", [true]),
            Parameter::int("one", 3, 3),
            Parameter::bool("either")
                .active_if(Condition::when("n", 3..).or(Condition::when("deep", 2))),
        ])
        .unwrap();
        let axes = Axis::of(&space);
        let mut points = Vec::new();
        each(&axes, |point| {
            points.push(point.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        });
        assert_eq!(Some(points.len() as u128), size(&space, &axes));
        points.sort();
        points.dedup();
        assert_eq!(Some(points.len() as u128), space.cardinality());
    }

    #[test]
    fn large_spaces_and_continua_are_not_counted() {
        for parameter in [
            Parameter::float("x", 0.0, 1.0),
            Parameter::int("n", 1, 5000),
        ] {
            let space = Space::new([parameter]).unwrap();
            assert_eq!(size(&space, &Axis::of(&space)), None);
        }
    }
}
