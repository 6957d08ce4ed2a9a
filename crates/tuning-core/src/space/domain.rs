//! [`Domain`]: the values that a parameter can take, and their place on the unit interval.

use std::{fmt, sync::Arc};

use super::{
    choices::{self, Places, listed},
    float::FloatDomain,
    int::IntDomain,
    literal::Literal,
    scale::cell_of,
};

/// A value as strategies compute with it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Of a float domain.
    Float(f64),
    /// Of an integer domain.
    Int(i64),
    /// The place of a choice, in a categorical domain or an ordered list.
    Choice(u32),
}

/// The values that a parameter can take.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Value};
///
/// let lr = Parameter::float("lr", 1e-4, 1e-1).log();
/// assert_eq!(lr.domain().decode(0.0), Value::Float(1e-4));
/// assert_eq!(lr.domain().decode(1.0), Value::Float(1e-1));
/// let layers = Parameter::int("layers", 1, 4);
/// assert_eq!(layers.domain().decode(0.3), Value::Int(2)); // four cells of equal width
/// assert_eq!(layers.domain().encode(Value::Int(2)), 0.375); // the centre of the second
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Domain {
    /// Numbers.
    Float(FloatDomain),
    /// Integers.
    Int(IntDomain),
    /// Choices without an order.
    Categorical(Arc<[Literal]>),
    /// Choices in an order that means something, as `[32, 64, 128]`.
    Ordered(Arc<[Literal]>),
}

impl Domain {
    /// How many values there are; none if they are a continuum.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        match self {
            Self::Float(domain) => domain.cardinality(),
            Self::Int(domain) => Some(domain.cardinality()),
            Self::Categorical(choices) | Self::Ordered(choices) => Some(choices.len() as u64),
        }
    }

    /// Whether the order of the values means something: in all but categorical domains.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Categorical(_))
    }

    /// The choices of a categorical domain or an ordered list.
    #[must_use]
    pub fn choices(&self) -> Option<&[Literal]> {
        match self {
            Self::Categorical(choices) | Self::Ordered(choices) => Some(choices),
            _ => None,
        }
    }

    /// Whether the value is one of them.
    #[must_use]
    pub fn contains(&self, value: Value) -> bool {
        match (self, value) {
            (Self::Float(domain), Value::Float(value)) => domain.contains(value),
            (Self::Int(domain), Value::Int(value)) => domain.index_of(value).is_some(),
            (Self::Categorical(choices) | Self::Ordered(choices), Value::Choice(place)) => {
                (place as usize) < choices.len()
            }
            _ => false,
        }
    }

    /// The value as the domain writes it, if it is one of them: 0.1 · 3 is the 0.3 of a domain in steps.
    pub(super) fn settle(&self, value: Value) -> Option<Value> {
        match (self, value) {
            (Self::Float(domain), Value::Float(value)) if domain.step().is_some() => {
                self.value_at(domain.index_of(value)?)
            }
            _ => self.contains(value).then_some(value),
        }
    }

    /// Returns the value at `u` of the unit interval; both ends of the domain are reached. Numbers
    /// outside are moved to its nearer end, NaN to its middle.
    #[must_use]
    pub fn decode(&self, u: f64) -> Value {
        let u = if u.is_nan() { 0.5 } else { u.clamp(0.0, 1.0) };
        match self {
            Self::Float(domain) => Value::Float(domain.decode(u)),
            Self::Int(domain) => Value::Int(domain.decode(u)),
            Self::Categorical(choices) | Self::Ordered(choices) => {
                Value::Choice(cell_of(u, choices.len() as u64) as u32)
            }
        }
    }

    /// Returns the value's place on the unit interval: the inverse of [`decode`](Self::decode), well
    /// inside its cell for values that have one. The middle for values that are not in the domain, and
    /// for the only value of a domain that has but one.
    #[must_use]
    pub fn encode(&self, value: Value) -> f64 {
        match (self, value) {
            (Self::Float(domain), Value::Float(value)) => domain.encode(value),
            (Self::Int(domain), Value::Int(value)) => domain.encode(value),
            (Self::Categorical(choices) | Self::Ordered(choices), Value::Choice(place)) => {
                match choices.len() {
                    cells if (place as usize) < cells => (f64::from(place) + 0.5) / cells as f64,
                    _ => 0.5,
                }
            }
            _ => 0.5,
        }
    }

    /// Returns the part of the unit interval that decodes to this value; none if the domain is a
    /// continuum or does not hold it.
    #[must_use]
    pub fn cell(&self, value: Value) -> Option<(f64, f64)> {
        if let (Self::Int(domain), Value::Int(value)) = (self, value) {
            return domain.cell(value);
        }
        let (k, cells) = (self.index_of(value)? as f64, self.cardinality()? as f64);
        Some((k / cells, (k + 1.0) / cells))
    }

    /// The `k`-th value in order, if the values can be counted.
    #[must_use]
    pub fn value_at(&self, k: u64) -> Option<Value> {
        match self {
            Self::Float(domain) => domain.value_at(k).map(Value::Float),
            Self::Int(domain) => domain.value_at(k).map(Value::Int),
            Self::Categorical(choices) | Self::Ordered(choices) => {
                let k = u32::try_from(k).ok()?;
                ((k as usize) < choices.len()).then_some(Value::Choice(k))
            }
        }
    }

    /// The place of a value in order, if the values can be counted: the inverse of
    /// [`value_at`](Self::value_at).
    #[must_use]
    pub fn index_of(&self, value: Value) -> Option<u64> {
        match (self, value) {
            (Self::Float(domain), Value::Float(value)) => domain.index_of(value),
            (Self::Int(domain), Value::Int(value)) => domain.index_of(value),
            (Self::Categorical(choices) | Self::Ordered(choices), Value::Choice(place)) => {
                ((place as usize) < choices.len()).then_some(u64::from(place))
            }
            _ => None,
        }
    }

    /// Returns the value as people write it.
    #[must_use]
    pub fn literal(&self, value: Value) -> Literal {
        match (self, value) {
            (Self::Categorical(choices) | Self::Ordered(choices), Value::Choice(place)) => choices
                .get(place as usize)
                .cloned()
                .unwrap_or(Literal::Int(i64::from(place))),
            (_, Value::Float(value)) => Literal::Float(value),
            (_, Value::Int(value)) => Literal::Int(value),
            (_, Value::Choice(place)) => Literal::Int(i64::from(place)),
        }
    }

    /// Returns the value that people mean by a literal; none if the domain does not hold it. Integers
    /// are taken for numbers if they are exactly that, numbers without a fraction for integers, and `0.1 * 3.0` for 0.3 where
    /// values come in steps of 0.1.
    #[must_use]
    pub fn value_of(&self, literal: &Literal) -> Option<Value> {
        self.value(literal, |choices| choices::position(choices, literal))
    }

    /// The same with the places of the choices, which are looked up there.
    pub(super) fn value_among(&self, places: &Places, literal: &Literal) -> Option<Value> {
        self.value(literal, |choices| places.position(choices, literal))
    }

    fn value(
        &self,
        literal: &Literal,
        position: impl FnOnce(&[Literal]) -> Option<u32>,
    ) -> Option<Value> {
        let value = match self {
            Self::Float(_) => Value::Float(literal.exactly_f64()?),
            Self::Int(_) => Value::Int(literal.as_i64()?),
            Self::Categorical(choices) | Self::Ordered(choices) => {
                Value::Choice(position(choices)?)
            }
        };
        self.settle(value)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(domain) => {
                let (low, high) = (Literal::Float(domain.low()), Literal::Float(domain.high()));
                write!(f, "float {low} to {high}")?;
                if domain.is_log() {
                    f.write_str(", log")?;
                }
                match domain.step() {
                    Some(step) => write!(f, ", step {}", Literal::Float(step)),
                    None => Ok(()),
                }
            }
            Self::Int(domain) => {
                write!(f, "int {} to {}", domain.low(), domain.high())?;
                if domain.is_log() {
                    f.write_str(", log")?;
                }
                match domain.step() {
                    1 => Ok(()),
                    step => write!(f, ", step {step}"),
                }
            }
            Self::Categorical(choices) => write!(f, "one of {}", listed(choices)),
            Self::Ordered(choices) => write!(f, "one of {} (ordered)", listed(choices)),
        }
    }
}
