//! [`Scalar`]: a value as people write it.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, Visitor},
};

/// A value as people write it: in a study file, a table, a journal.
///
/// `1` and `1.0` are different scalars; a domain decides whether it takes one for the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Str(Arc<str>),
}

impl Scalar {
    /// The number, also of an integer.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The integer, also of a number without a fraction, as long as numbers tell integers apart (up
    /// to 2^53).
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Float(value) => {
                let exact = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
                exact.then_some(*value as i64)
            }
            _ => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The truth value.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether people would take the two for the same choice: equal, or equal as numbers.
    pub(super) fn same_choice(&self, other: &Self) -> bool {
        match (self, other) {
            // Beyond 2^53 neighbours are one and the same as numbers, but not as integers.
            (Self::Int(_), Self::Int(_)) => self == other,
            _ => {
                self == other
                    || matches!((self.as_f64(), other.as_f64()), (Some(a), Some(b)) if a == b)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

/// Takes whatever comes: a journal reads three times as fast as by trying one variant after the other.
struct Read;

impl Visitor<'_> for Read {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a truth value, a number or a text")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::from(value))
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => write_float(*value, f),
            Self::Str(value) => value.fmt(f),
        }
    }
}

/// The shortest text that reads back as the same number, with an exponent where zeros would be many.
fn write_float(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let size = value.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        write!(f, "{value}")
    } else {
        write!(f, "{value:e}")
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident($convert:expr)),* $(,)?) => {$(
        impl From<$type> for Scalar {
            fn from(value: $type) -> Self {
                Self::$variant(($convert)(value))
            }
        }
    )*};
}

from! {
    bool => Bool(|value| value),
    i32 => Int(i64::from),
    i64 => Int(|value| value),
    u32 => Int(i64::from),
    f32 => Float(f64::from),
    f64 => Float(|value| value),
    &str => Str(Arc::from),
    String => Str(Arc::from),
    Arc<str> => Str(|value| value),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_keeps_integers_and_floats_apart() {
        for (scalar, text) in [
            (Scalar::Int(1), "1"),
            (Scalar::Float(1.0), "1.0"),
            (Scalar::Bool(true), "true"),
            (Scalar::from("1"), "\"1\""),
        ] {
            assert_eq!(serde_json::to_string(&scalar).unwrap(), text);
            assert_eq!(serde_json::from_str::<Scalar>(text).unwrap(), scalar);
        }
    }

    #[test]
    fn what_is_neither_truth_value_nor_number_nor_text_is_no_scalar() {
        for text in ["null", "[1]", "{}"] {
            let error = serde_json::from_str::<Scalar>(text).unwrap_err();
            let expect = "expected a truth value, a number or a text";
            assert!(error.to_string().contains(expect), "{error}");
        }
    }

    #[test]
    fn integers_are_exact_to_both_ends_and_numbers_beyond() {
        for value in [i64::MIN, -1, (1 << 53) + 1, i64::MAX] {
            let text = value.to_string();
            let scalar = serde_json::from_str::<Scalar>(&text).unwrap();
            assert_eq!(scalar, Scalar::Int(value));
            assert_eq!(serde_json::to_string(&scalar).unwrap(), text);
        }
        let beyond = serde_json::from_str::<Scalar>("18446744073709551615").unwrap();
        assert_eq!(beyond, Scalar::Float(2_f64.powi(64)));
    }

    #[test]
    fn only_whole_numbers_that_are_exact_become_integers() {
        let check = |value: f64, expect| assert_eq!(Scalar::Float(value).as_i64(), expect);
        check(-0.0, Some(0));
        check(-3.0, Some(-3));
        check(0.5, None);
        check(9_007_199_254_740_991.0, Some((1 << 53) - 1));
        check(9_007_199_254_740_992.0, None);
        check(f64::INFINITY, None);
        check(f64::NAN, None);
    }

    #[test]
    fn floats_are_shown_short_and_read_back() {
        for (value, text) in [(1e-5, "1e-5"), (0.1, "0.1"), (3.0, "3"), (1e300, "1e300")] {
            assert_eq!(Scalar::Float(value).to_string(), text);
            assert_eq!(text.parse::<f64>().unwrap(), value);
        }
    }
}
