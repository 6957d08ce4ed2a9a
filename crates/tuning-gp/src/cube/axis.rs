//! [`Axis`]: one parameter as a coordinate.

use tuning_core::{Domain, Parameter, Space, Value};
use tuning_toolkit::refine;

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
    /// The places 0, 1, … of this many choices.
    Choices(usize),
}

/// One parameter as a coordinate.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) kind: Kind,
    /// What decides whether it is there; none if it always is.
    gate: Option<Gate>,
}

/// The condition of an axis.
#[derive(Clone, Debug)]
struct Gate {
    space: Space,
    index: usize,
    /// The axes that decide: their places, kinds and domains.
    parents: Box<[(usize, Kind, Domain)]>,
}

impl Axis {
    /// The axes of a space, one per parameter.
    pub(crate) fn of(space: &Space) -> Vec<Self> {
        let parent = |place: &usize| {
            let parameter = &space.parameters()[*place];
            (*place, Kind::of(parameter), parameter.domain().clone())
        };
        let gate = |index: usize| match space.parents(index) {
            [] => None,
            parents => Some(Gate {
                space: space.clone(),
                index,
                parents: parents.iter().map(parent).collect(),
            }),
        };
        let parameters = space.parameters().iter().enumerate();
        parameters
            .map(|(index, parameter)| Self {
                kind: Kind::of(parameter),
                gate: gate(index),
            })
            .collect()
    }

    /// Whether it can be absent.
    pub(crate) fn is_conditional(&self) -> bool {
        self.gate.is_some()
    }

    /// Whether it is there, given the coordinates before it.
    pub(crate) fn is_active(&self, point: &[f64]) -> bool {
        self.gate.as_ref().is_none_or(|gate| {
            gate.space.is_active(gate.index, |place| {
                let parent = gate.parents.iter().find(|(parent, ..)| *parent == place);
                let (_, kind, domain) = parent.filter(|_| point[place] >= 0.0)?;
                Some(kind.value(domain, point[place]))
            })
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
}

impl Kind {
    pub(crate) fn of(parameter: &Parameter) -> Self {
        let domain = parameter.domain();
        match tuning_toolkit::Kind::of(domain) {
            tuning_toolkit::Kind::Constant => Self::Constant,
            tuning_toolkit::Kind::Choices(choices) => Self::Choices(choices),
            tuning_toolkit::Kind::Cells(values) if values <= MOST_STEPS => Self::Steps(
                (0..values)
                    .filter_map(|k| Some(domain.encode(domain.value_at(k)?)))
                    .collect(),
            ),
            _ => Self::Continuous,
        }
    }

    /// The value at a coordinate.
    pub(crate) fn value(&self, domain: &Domain, coordinate: f64) -> Value {
        match self {
            Self::Choices(_) => Value::Choice(coordinate as u32),
            Self::Constant => domain.decode(0.5),
            // A range of more integers than the grid has points: each of them is to come.
            Self::Continuous => domain.decode(refine(domain, coordinate, 1.0 / GRID)),
            Self::Steps(_) => domain.decode(coordinate),
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
        let kind = |parameter: Parameter| Kind::of(&parameter);
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
