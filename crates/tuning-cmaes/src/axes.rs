//! [`Axes`]: which parameters are coordinates of the normal distribution, which are choices, and which
//! are constant.

use tuning_core::{Domain, Params, ParamsError, Space, Value};
use tuning_toolkit::{Kind, Stream};

/// Where a parameter is found in a [`Point`].
#[derive(Clone, Copy, Debug)]
enum Place {
    /// It has a single value.
    Constant,
    /// A coordinate of the unit cube.
    Number(usize),
    /// A choice without an order.
    Choice(usize),
}

/// The parameters of a space as coordinates and choices.
#[derive(Clone, Debug)]
pub(crate) struct Axes {
    space: Space,
    places: Vec<Place>,
    /// The parameters of the coordinates, and whether each has cells instead of a continuum.
    numbers: Vec<(usize, bool)>,
    /// The parameters of the choices, and how many each has.
    choices: Vec<(usize, usize)>,
}

/// A point as the search sees it: before it is rounded to a value of each parameter, those of inactive
/// parameters included.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: Vec<f64>,
    pub(crate) choices: Vec<u32>,
}

impl Axes {
    pub(crate) fn new(space: &Space) -> Self {
        let (mut numbers, mut choices) = (Vec::new(), Vec::new());
        let places = space
            .parameters()
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                let kind = Kind::of(parameter.domain());
                match kind {
                    Kind::Constant => Place::Constant,
                    Kind::Choices(size) => {
                        choices.push((index, size));
                        Place::Choice(choices.len() - 1)
                    }
                    Kind::Cells(_) | Kind::Continuum => {
                        numbers.push((index, kind != Kind::Continuum));
                        Place::Number(numbers.len() - 1)
                    }
                }
            })
            .collect();
        Self {
            space: space.clone(),
            places,
            numbers,
            choices,
        }
    }

    /// How many coordinates there are.
    pub(crate) fn numbers(&self) -> usize {
        self.numbers.len()
    }

    /// How many categorical parameters there are.
    pub(crate) fn choices(&self) -> usize {
        self.choices.len()
    }

    /// How many choices each categorical parameter has.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.choices.iter().map(|(_, size)| *size).collect()
    }

    /// Whether coordinate `k` is a continuum.
    pub(crate) fn is_continuous(&self, k: usize) -> bool {
        !self.numbers[k].1
    }

    /// The domain of coordinate `k`.
    pub(crate) fn domain(&self, k: usize) -> &Domain {
        self.space.parameters()[self.numbers[k].0].domain()
    }

    /// The middle of every range, and the first of the choices.
    pub(crate) fn middle(&self) -> Point {
        Point {
            x: vec![0.5; self.numbers()],
            choices: vec![0; self.choices()],
        }
    }

    /// A point of the space, each as likely as any other.
    pub(crate) fn anywhere(&self, stream: &mut Stream) -> Point {
        Point {
            x: self.numbers.iter().map(|_| stream.unit()).collect(),
            choices: self
                .choices
                .iter()
                .map(|(_, size)| stream.below(*size) as u32)
                .collect(),
        }
    }

    /// How many points there are, if they can be counted.
    pub(crate) fn cardinality(&self) -> Option<u128> {
        self.space.cardinality()
    }

    pub(crate) fn decode(&self, point: &Point) -> Result<Params, ParamsError> {
        self.space.assign(|index, domain| match self.places[index] {
            Place::Constant => domain.decode(0.5),
            Place::Number(k) => domain.decode(point.x[k]),
            Place::Choice(k) => Value::Choice(point.choices[k]),
        })
    }

    /// The parameters as those of this space, if they are any.
    pub(crate) fn align(&self, params: &Params) -> Option<Params> {
        self.space.align(params).ok()
    }

    /// The point of these parameters; `inactive` gives what they do not say.
    pub(crate) fn encode(&self, params: &Params, inactive: &Point) -> Point {
        let mut point = inactive.clone();
        let places = self.space.encode(params);
        for (k, (index, _)) in self.numbers.iter().enumerate() {
            if let Some(u) = places[*index] {
                point.x[k] = u;
            }
        }
        for (k, (index, _)) in self.choices.iter().enumerate() {
            let domain = self.space.parameters()[*index].domain();
            if let Some(Value::Choice(choice)) = places[*index].map(|u| domain.decode(u)) {
                point.choices[k] = choice;
            }
        }
        point
    }
}
