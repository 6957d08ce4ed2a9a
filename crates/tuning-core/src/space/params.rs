//! [`Params`]: the values of a trial's active parameters.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{
    choices,
    domain::{Domain, Value},
    error::ParamsError,
    float::FloatDomain,
    int::IntDomain,
    literal::Literal,
    parameter::Parameter,
    scale::Scale,
    tree::Space,
};

/// The values of a trial's active parameters. Cheap to clone, read by name or by place.
///
/// Its serde form is a map from names to values. Read back, it is *detached*: it knows its values but
/// not their domains; [`Space::align`] puts it back into its space.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Params, Space};
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log(), Parameter::int("layers", 1, 4)])?;
/// let params = space.params([("layers", 2.into()), ("lr", 0.01.into())] as [(_, tuning_core::Literal); 2])?;
/// assert_eq!((params.float("lr")?, params.int("layers")?), (0.01, 2));
///
/// let text = serde_json::to_string(&params)?;
/// assert_eq!(text, r#"{"lr":0.01,"layers":2}"#);
/// let detached: Params = serde_json::from_str(&text)?;
/// assert_eq!(space.align(&detached)?, params);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Params {
    space: Space,
    values: Arc<[Option<Value>]>,
}

impl Params {
    /// `values`: one per parameter of the space, already known to be right.
    pub(super) fn of(space: &Space, values: Arc<[Option<Value>]>) -> Self {
        Self {
            space: space.clone(),
            values,
        }
    }

    /// The space that they lie in.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The values in the order of the space; none for inactive parameters.
    #[must_use]
    pub fn values(&self) -> &[Option<Value>] {
        &self.values
    }

    /// The value of the parameter at this place, if it is active.
    #[must_use]
    pub fn value(&self, index: usize) -> Option<Value> {
        self.values.get(index).copied().flatten()
    }

    /// Whether the parameter at this place is active.
    #[must_use]
    pub fn is_active(&self, index: usize) -> bool {
        self.value(index).is_some()
    }

    /// The value of the parameter of this name, if there is one and it is active.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Literal> {
        self.literal(self.space.index_of(name)?)
    }

    /// The number of this name.
    ///
    /// # Errors
    /// If there is none, it is not active, or it is not a number.
    pub fn float(&self, name: &str) -> Result<f64, ParamsError> {
        self.typed(name, "number", Literal::as_f64)
    }

    /// The integer of this name.
    ///
    /// # Errors
    /// If there is none, it is not active, or it is not an integer.
    pub fn int(&self, name: &str) -> Result<i64, ParamsError> {
        self.typed(name, "integer", Literal::as_i64)
    }

    /// The boolean of this name.
    ///
    /// # Errors
    /// If there is none, it is not active, or it is neither true nor false.
    pub fn bool(&self, name: &str) -> Result<bool, ParamsError> {
        self.typed(name, "boolean", Literal::as_bool)
    }

    /// The text of this name.
    ///
    /// # Errors
    /// If there is none, it is not active, or it is not a string.
    pub fn str(&self, name: &str) -> Result<Arc<str>, ParamsError> {
        self.typed(name, "string", |literal| match literal {
            Literal::Str(text) => Some(Arc::clone(text)),
            _ => None,
        })
    }

    /// The active parameters by name, in the order of the space.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Literal)> {
        let parameters = self.space.parameters().iter().zip(self.values.iter());
        parameters.filter_map(|(p, value)| Some((&*p.name, p.domain.literal((*value)?))))
    }

    /// Returns what tells these parameters from others of the same space, to find them in a set.
    #[must_use]
    pub fn key(&self) -> ParamsKey {
        let bits = |value: &Option<Value>| match value {
            None => (0, 0),
            // Zero has two signs but is one number.
            Some(Value::Float(value)) => (1, (value + 0.0).to_bits()),
            Some(Value::Int(value)) => (2, value.cast_unsigned()),
            Some(Value::Choice(place)) => (3, u64::from(*place)),
        };
        ParamsKey(self.values.iter().map(bits).collect())
    }

    fn literal(&self, index: usize) -> Option<Literal> {
        let parameter = self.space.parameter(index)?;
        Some(parameter.domain.literal(self.value(index)?))
    }

    pub(super) fn typed<T>(
        &self,
        name: &str,
        expected: &'static str,
        read: impl FnOnce(&Literal) -> Option<T>,
    ) -> Result<T, ParamsError> {
        let index = self.space.find(name)?;
        let parameter = || name.to_owned();
        let value = self.literal(index).ok_or_else(|| ParamsError::NotActive {
            parameter: parameter(),
        })?;
        read(&value).ok_or_else(|| ParamsError::Type {
            parameter: parameter(),
            value,
            expected,
        })
    }
}

/// What tells parameters from others of the same space. Zero and minus zero are the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamsKey(Box<[(u8, u64)]>);

impl PartialEq for Params {
    /// Whether the same parameters are active with the same values, in whatever order or space.
    fn eq(&self, other: &Self) -> bool {
        if self.space == other.space {
            return self.values == other.values;
        }
        let active = |params: &Self| params.values.iter().flatten().count();
        active(self) == active(other)
            && self
                .iter()
                .all(|(name, value)| other.get(name) == Some(value))
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(f, "{separator}{name}={value}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let active = self.values.iter().flatten().count();
        let mut map = serializer.serialize_map(Some(active))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Detached)
    }
}

/// Reads a map into a space of constants.
struct Detached;

impl<'de> Visitor<'de> for Detached {
    type Value = Params;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from parameter names to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
        let expected = map.size_hint().unwrap_or(8);
        let mut parameters = Vec::with_capacity(expected);
        let mut values = Vec::with_capacity(expected);
        while let Some((name, value)) = map.next_entry::<Arc<str>, Literal>()? {
            let (domain, value) = constant(value);
            parameters.push(Parameter::of(name, domain));
            values.push(Some(value));
        }
        Ok(Params {
            space: Space::detached(parameters),
            values: values.into(),
        })
    }
}

fn constant(literal: Literal) -> (Domain, Value) {
    match literal {
        Literal::Int(value) => {
            let domain = IntDomain::declare(value, value, Scale::Linear, 1);
            (Domain::Int(domain), Value::Int(value))
        }
        Literal::Float(value) => {
            let domain = FloatDomain::declare(value, value, Scale::Linear, None);
            (Domain::Float(domain), Value::Float(value))
        }
        choice => (
            Domain::Categorical(choices::declare([choice])),
            Value::Choice(0),
        ),
    }
}
