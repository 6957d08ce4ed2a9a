//! [`Columns`]: parameters as the numbers that distances are computed from.

use tuning_core::{Params, Space};
use tuning_toolkit::Kind;

/// Where an inactive parameter is on its axis: any fixed place does, for what decides over it has an axis, too.
const INACTIVE: f64 = 0.5;
/// The label of an inactive categorical parameter, which no choice has.
const NO_CHOICE: f64 = -1.0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The place on the unit interval: near or far.
    Place,
    /// One of this many choices: the same or not.
    Label(usize),
}

/// Parameters as numbers, one for each parameter that can vary.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    space: Space,
    sources: Vec<(usize, Source)>,
}

impl Columns {
    pub(super) fn new(space: &Space) -> Self {
        let parameters = space.parameters().iter().enumerate();
        let source = |(index, parameter): (usize, &tuning_core::Parameter)| {
            let source = match Kind::of(parameter.domain()) {
                Kind::Constant => return None,
                Kind::Choices(choices) => Source::Label(choices),
                _ => Source::Place,
            };
            Some((index, source))
        };
        Self {
            sources: parameters.filter_map(source).collect(),
            space: space.clone(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether the numbers of each column are labels: the same or not.
    pub(super) fn labels(&self) -> Vec<bool> {
        let label = |(_, source): &(usize, Source)| *source != Source::Place;
        self.sources.iter().map(label).collect()
    }

    /// The numbers of these parameters, which need not be the space's own.
    pub(super) fn numbers(&self, params: &Params) -> Vec<f64> {
        let places = self.space.encode(params);
        let number = |(index, source): &(usize, Source)| match (source, places[*index]) {
            (Source::Place, place) => place.unwrap_or(INACTIVE),
            (Source::Label(_), None) => NO_CHOICE,
            (Source::Label(choices), Some(place)) => {
                ((place * *choices as f64) as usize).min(choices - 1) as f64
            }
        };
        self.sources.iter().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Parameter;

    use super::*;

    #[test]
    fn what_is_inactive_is_at_one_place() {
        let space = Space::new([
            Parameter::categorical("opt", ["adam", "sgd", "lion"]),
            Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
            Parameter::categorical("kind", ["a", "b"]).when("opt", ["sgd"]),
            Parameter::int("fixed", 3, 3),
        ])
        .unwrap();
        let columns = Columns::new(&space);
        assert_eq!(
            (columns.len(), columns.labels()),
            (3, vec![true, false, true])
        );
        let numbers = |point: &[f64]| columns.numbers(&space.decode(point).unwrap());
        assert_eq!(numbers(&[0.5, 0.25, 0.9, 0.5]), [1.0, 0.25, 1.0]);
        assert_eq!(numbers(&[0.9, 0.25, 0.9, 0.5]), [2.0, 0.5, -1.0]);
    }
}
