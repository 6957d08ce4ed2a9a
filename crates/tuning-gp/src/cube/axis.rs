//! [`Axis`]: one parameter as a coordinate.

use tuning_core::{Domain, Parameter, Value};

/// The coordinate of a parameter that is not active.
pub(crate) const ABSENT: f64 = -1.0;

/// Domains of more values than this are searched as if they were continuous, and rounded in the end.
const MOST_STEPS: u64 = 32;

/// What the coordinates of an axis can be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// One value: nothing to learn, nothing to choose.
    Constant,
    /// From 0 to 1.
    Continuous,
    /// The middles of a few ordered cells, rising.
    Steps(Box<[f64]>),
    /// The places 0, 1, … of so many choices.
    Choices(usize),
}

/// One parameter as a coordinate.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) kind: Kind,
    /// The axis that decides whether this one is there, and its coordinates that make it so.
    pub(crate) parent: Option<(usize, Box<[u32]>)>,
}

impl Axis {
    pub(crate) fn new(parameter: &Parameter, parent: Option<(usize, &[u32])>) -> Self {
        let domain = parameter.domain();
        let kind = match tuning_toolkit::Kind::of(domain) {
            tuning_toolkit::Kind::Constant => Kind::Constant,
            tuning_toolkit::Kind::Choices(choices) => Kind::Choices(choices),
            tuning_toolkit::Kind::Cells(values) if values <= MOST_STEPS => Kind::Steps(
                (0..values)
                    .filter_map(|k| Some(domain.encode(domain.value_at(k)?)))
                    .collect(),
            ),
            _ => Kind::Continuous,
        };
        Self {
            kind,
            parent: parent.map(|(parent, choices)| (parent, choices.into())),
        }
    }

    /// Whether it is there, given the coordinates before it.
    pub(crate) fn is_active(&self, point: &[f64]) -> bool {
        self.parent.as_ref().is_none_or(|(parent, choices)| {
            let place = point[*parent];
            place >= 0.0 && choices.binary_search(&(place as u32)).is_ok()
        })
    }

    /// The coordinate of a value's place on the unit interval.
    pub(crate) fn coordinate(&self, u: f64) -> f64 {
        match &self.kind {
            Kind::Constant => 0.5,
            // Logarithms differ in their last digit from one C library to another: it is cut off.
            Kind::Continuous => (u * GRID).round() / GRID,
            Kind::Steps(middles) => middles[nearest(middles, u)],
            Kind::Choices(n) => ((u * *n as f64) as usize).min(n - 1) as f64,
        }
    }

    /// The value at a coordinate.
    pub(crate) fn value(&self, domain: &Domain, coordinate: f64) -> Value {
        match (&self.kind, domain) {
            (Kind::Choices(_), _) => Value::Choice(coordinate as u32),
            (Kind::Constant, _) => domain.decode(0.5),
            _ => domain.decode(coordinate),
        }
    }
}

/// 2^40: coordinates are multiples of its inverse.
const GRID: f64 = 1_099_511_627_776.0;

/// The place of the middle that is nearest to `u`.
pub(crate) fn nearest(middles: &[f64], u: f64) -> usize {
    let above = middles.partition_point(|middle| *middle < u);
    match (above.checked_sub(1), middles.get(above)) {
        (Some(below), Some(middle)) if middle - u < u - middles[below] => above,
        (Some(below), _) => below,
        (None, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_middle_is_found_between_and_beyond_them() {
        let middles = [0.1, 0.3, 0.7];
        let check = |u, expect| assert_eq!(nearest(&middles, u), expect, "{u}");
        check(-1.0, 0);
        check(0.1, 0);
        check(0.21, 1);
        check(0.45, 1);
        check(0.6, 2);
        check(9.0, 2);
    }

    #[test]
    fn few_values_are_steps_and_many_a_continuum() {
        let kind = |parameter: Parameter| Axis::new(&parameter, None).kind;
        assert_eq!(kind(Parameter::int("n", 1, 1)), Kind::Constant);
        assert_eq!(kind(Parameter::float("x", 2.0, 2.0)), Kind::Constant);
        assert_eq!(
            kind(Parameter::int("n", 1, 2)),
            Kind::Steps([0.25, 0.75].into())
        );
        assert_eq!(kind(Parameter::int("n", 1, 33)), Kind::Continuous);
        assert_eq!(kind(Parameter::bool("b")), Kind::Choices(2));
        let log = kind(Parameter::int("n", 1, 3).log());
        assert!(
            matches!(&log, Kind::Steps(middles) if middles.len() == 3 && middles[0] < 0.4),
            "{log:?}"
        );
    }
}
