//! [`Axis`]: how one parameter looks to the model.

use tuning_core::{Domain, Parameter, Space, Value};

/// Up to this many ordered values are weighed one by one; more are taken for a continuum.
const MOST_LEVELS: u64 = 64;

/// One parameter as the model sees it.
///
/// The coordinate of a point on it: the place on the unit interval for a continuum, the number of the
/// level or choice for the others, NaN where the parameter is not active.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) kind: Kind,
    domain: Domain,
    index: usize,
    space: Space,
    /// The axes that decide whether this one is active; theirs are left out.
    parents: Box<[Axis]>,
}

/// What a parameter's values are like.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Places on the unit interval.
    Continuum,
    /// A few values in order.
    Levels(Levels),
    /// This many values without an order.
    Choices(usize),
}

/// A few values in order, each with its cell of the unit interval.
#[derive(Clone, Debug)]
pub(crate) struct Levels {
    /// Where cells begin, and the end of the last one.
    pub(crate) edges: Box<[f64]>,
    /// Where the values are.
    pub(crate) centres: Box<[f64]>,
}

impl Levels {
    fn new(domain: &Domain, levels: u64) -> Option<Self> {
        let mut edges = vec![0.0];
        let mut centres = Vec::new();
        for k in 0..levels {
            let value = domain.value_at(k)?;
            edges.push(domain.cell(value)?.1);
            centres.push(domain.encode(value));
        }
        Some(Self {
            edges: edges.into(),
            centres: centres.into(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.centres.len()
    }

    /// The level whose cell holds a place.
    pub(crate) fn at(&self, place: f64) -> usize {
        let inner = &self.edges[1..self.len()];
        inner.partition_point(|edge| *edge <= place)
    }
}

impl Axis {
    /// The axes of a space, one per parameter.
    pub(crate) fn of(space: &Space) -> Box<[Self]> {
        let axis = |index: usize| Self {
            kind: Kind::of(&space.parameters()[index]),
            domain: space.parameters()[index].domain().clone(),
            index,
            space: space.clone(),
            parents: Box::default(),
        };
        let with_parents = |index: usize| Self {
            parents: space
                .parents(index)
                .iter()
                .map(|parent| axis(*parent))
                .collect(),
            ..axis(index)
        };
        (0..space.len()).map(with_parents).collect()
    }

    /// The places of the axes that decide whether this one is active.
    pub(crate) fn parents(&self) -> impl Iterator<Item = usize> {
        self.parents.iter().map(|parent| parent.index)
    }

    /// Whether it is active with a single value of that parent only.
    pub(crate) fn is_opened_by_one_value_of(&self, parent: usize) -> bool {
        let Some(axis) = self.parents.iter().find(|axis| axis.index == parent) else {
            return false;
        };
        let opens = |value| self.space.can_be_active(self.index, parent, value);
        let values = (0..axis.values().unwrap_or(0)).map(|k| Some(axis.value(k as f64)));
        !opens(None) && values.filter(|value| opens(*value)).count() == 1
    }

    /// Whether it is active only if that parent is.
    pub(crate) fn needs(&self, parent: usize) -> bool {
        !self.space.can_be_active(self.index, parent, None)
    }

    /// Whether the parameter may be inactive.
    pub(crate) fn is_conditional(&self) -> bool {
        !self.parents.is_empty()
    }

    /// Whether the parameter is active in a point, of which the axes before this one are known.
    pub(crate) fn is_active(&self, point: &[f64]) -> bool {
        let value = |place: usize| {
            let parent = self.parents.iter().find(|axis| axis.index == place)?;
            let coordinate = point[place];
            (!coordinate.is_nan()).then(|| parent.value(coordinate))
        };
        self.parents.is_empty() || self.space.is_active(self.index, value)
    }

    /// The coordinate of a value.
    pub(crate) fn coordinate(&self, value: Value) -> f64 {
        match &self.kind {
            Kind::Continuum => self.domain.encode(value),
            _ => self
                .domain
                .index_of(value)
                .map_or(f64::NAN, |index| index as f64),
        }
    }

    /// The value at a coordinate.
    pub(crate) fn value(&self, coordinate: f64) -> Value {
        let index = match &self.kind {
            Kind::Continuum => None,
            _ => self.domain.value_at(coordinate as u64),
        };
        index.unwrap_or_else(|| self.domain.decode(coordinate))
    }

    /// The coordinate that a place on the unit interval stands for.
    pub(crate) fn settle(&self, place: f64) -> f64 {
        match &self.kind {
            Kind::Continuum => place,
            Kind::Levels(levels) => levels.at(place) as f64,
            Kind::Choices(n) => ((place * *n as f64) as usize).min(n - 1) as f64,
        }
    }

    /// The place of a coordinate on the unit interval, for axes that are ordered.
    pub(crate) fn place(&self, coordinate: f64) -> f64 {
        match &self.kind {
            Kind::Levels(levels) => levels.centres[coordinate as usize],
            _ => coordinate,
        }
    }

    /// How many values there are, if the model counts them.
    pub(crate) fn values(&self) -> Option<usize> {
        match &self.kind {
            Kind::Continuum => None,
            Kind::Levels(levels) => Some(levels.len()),
            Kind::Choices(n) => Some(*n),
        }
    }
}

impl Kind {
    fn of(parameter: &Parameter) -> Self {
        let domain = parameter.domain();
        match (domain, domain.cardinality()) {
            (Domain::Categorical(choices), _) => Self::Choices(choices.len()),
            (_, Some(n)) if n <= MOST_LEVELS => {
                Levels::new(domain, n).map_or(Self::Continuum, Self::Levels)
            }
            _ => Self::Continuum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_stand_for_the_values_they_came_from() {
        let space = Space::new([
            Parameter::float("x", -2.0, 6.0),
            Parameter::int("n", 1, 9),
            Parameter::int("log", 1, 40).log(),
            Parameter::float("step", 0.0, 1.0).step(0.1),
            Parameter::ordered("list", [1, 2, 4]),
            Parameter::categorical("c", ["a", "b", "c"]),
            Parameter::int("many", 0, 1 << 40),
        ]);
        let axes = Axis::of(&space.unwrap());
        for axis in &axes {
            for k in 0..=100 {
                let coordinate = axis.settle(f64::from(k) / 100.0);
                let value = axis.value(coordinate);
                let again = axis.value(axis.coordinate(value));
                assert_eq!(value, again, "{axis:?}");
                if axis.values().is_some() {
                    assert_eq!(axis.coordinate(value), coordinate);
                }
            }
        }
    }

    #[test]
    fn a_level_is_where_its_cell_is() {
        let space = Space::new([Parameter::int("n", 1, 4)]).unwrap();
        let axis = &Axis::of(&space)[0];
        let at = [0.0, 0.24, 0.25, 0.6, 0.75, 1.0].map(|place| axis.settle(place));
        assert_eq!(at, [0.0, 0.0, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!(axis.place(1.0), 0.375);
    }
}
