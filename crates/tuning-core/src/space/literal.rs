//! [`Literal`]: a value as people write it.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fmt,
    sync::Arc,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap as _,
};

/// Values may be nested so deep.
pub(super) const DEEPEST: usize = 32;
/// A value may hold this many others.
pub(super) const MOST_VALUES: usize = 10_000;

/// A value as people write it: in a study file, a table, a journal. It is any value that JSON has.
///
/// `1` and `1.0` are different; a domain decides whether it takes one for the other. Mappings are equal
/// whatever the order of their keys. Strings are shown as they are, everything else as JSON.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Literal, Space};
///
/// let space = Space::new([
///     Parameter::categorical("class_weight", [None, Some("balanced")]),
///     Parameter::categorical("hidden", [vec![64], vec![64, 64]]),
///     Parameter::categorical("scheduler", [
///         Literal::from("constant"),
///         Literal::map([("step", 30.into()), ("gamma", 0.1.into())] as [(_, Literal); 2]),
///     ]),
/// ])?;
/// let params = space.decode(&[0.0, 0.9, 0.9])?;
/// assert_eq!(
///     params.to_string(),
///     r#"class_weight=null hidden=[64,64] scheduler={"step":30,"gamma":0.1}"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum Literal {
    /// Nothing: `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f64),
    /// A string.
    Str(Arc<str>),
    /// A list.
    List(Arc<[Literal]>),
    /// A mapping from names to values, in the order in which it was written; no name comes twice.
    Map(Arc<[(Arc<str>, Literal)]>),
}

impl Literal {
    /// A mapping; of equal names the last one counts.
    #[must_use]
    pub fn map<N: Into<Arc<str>>>(entries: impl IntoIterator<Item = (N, impl Into<Self>)>) -> Self {
        let mut kept: Vec<(Arc<str>, Self)> = Vec::new();
        let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for (name, value) in entries {
            let (name, value) = (name.into(), value.into());
            match places.entry(Arc::clone(&name)) {
                Entry::Occupied(place) => kept[*place.get()].1 = value,
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push((name, value));
                }
            }
        }
        Self::Map(kept.into())
    }

    /// The number, also of an integer.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, also of an integer that a float can be exactly.
    pub(super) fn exactly_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => {
                let float = *value as f64;
                (float as i128 == i128::from(*value)).then_some(float)
            }
            other => other.as_f64(),
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

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(value) => Some(value),
            _ => None,
        }
    }

    /// The boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The values of a list.
    pub(super) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    /// The entries of a mapping, in the order in which it was written.
    pub(super) fn as_map(&self) -> Option<&[(Arc<str>, Self)]> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether the two are alike; `same` decides of what they hold.
    pub(super) fn is_like(&self, other: &Self, same: &dyn Fn(&Self, &Self) -> bool) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
            }
            (Self::Map(a), Self::Map(b)) => {
                let in_order = a.iter().zip(b.iter()).all(|((a, _), (b, _))| a == b);
                a.len() == b.len()
                    && match in_order {
                        true => a.iter().zip(b.iter()).all(|((_, a), (_, b))| same(a, b)),
                        false => {
                            let b: BTreeMap<&str, &Self> =
                                b.iter().map(|(name, value)| (&**name, value)).collect();
                            a.iter()
                                .all(|(name, a)| b.get(&**name).is_some_and(|b| same(a, b)))
                        }
                    }
            }
            _ => matches!((self.as_f64(), other.as_f64()), (Some(a), Some(b)) if a == b),
        }
    }

    /// The first number in it that is not finite.
    pub(super) fn non_finite(&self) -> Option<f64> {
        match self {
            Self::Float(value) => (!value.is_finite()).then_some(*value),
            Self::List(values) => values.iter().find_map(Self::non_finite),
            Self::Map(entries) => entries.iter().find_map(|(_, value)| value.non_finite()),
            _ => None,
        }
    }

    /// Whether it is nested too deep, or holds too many values.
    pub(super) fn is_too_large(&self) -> bool {
        fn count(value: &Literal, depth: usize, values: &mut usize) -> bool {
            *values += 1;
            depth > DEEPEST
                || *values > MOST_VALUES
                || match value {
                    Literal::List(list) => list.iter().any(|value| count(value, depth + 1, values)),
                    Literal::Map(map) => {
                        map.iter().any(|(_, value)| count(value, depth + 1, values))
                    }
                    _ => false,
                }
        }
        count(self, 0, &mut 0)
    }
}

/// Equal by kind and value; `1` is not `1.0`.
impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Int(_) | Self::Float(_), _) | (_, Self::Int(_) | Self::Float(_)) => false,
            _ => self.is_like(other, &Self::eq),
        }
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Str(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values.iter()),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries.iter() {
                    map.serialize_entry(&**name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read { depth: 0 }.deserialize(deserializer)
    }
}

/// Takes whatever comes: a journal reads three times as fast as by trying one variant after the other.
#[derive(Clone, Copy)]
struct Read {
    depth: usize,
}

impl Read {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > DEEPEST {
            let message = format!("a value is nested more than {DEEPEST} deep: use a flatter one");
            return Err(E::custom(message));
        }
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Read {
    type Value = Literal;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Literal, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Read {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Literal, E> {
        Ok(Literal::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Literal, E> {
        Ok(Literal::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Literal, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Literal, E> {
        Ok(Literal::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Literal, E> {
        Ok(Literal::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Literal, E> {
        i64::try_from(value).map(Literal::Int).map_err(|_| {
            E::custom(format!(
                "{value} is larger than 2^63 - 1, the largest integer: write it as a string, or as a number with \
                 a point, as in {value}.0"
            ))
        })
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Literal, E> {
        Ok(Literal::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Literal, E> {
        Ok(Literal::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Literal, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Literal::List(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Literal, A::Error> {
        let inner = self.deeper()?;
        let mut entries: Vec<(Arc<str>, Literal)> = Vec::new();
        let mut names: BTreeSet<Arc<str>> = BTreeSet::new();
        while let Some(name) = map.next_key::<Arc<str>>()? {
            if !names.insert(Arc::clone(&name)) {
                let message = format!("the name `{name}` occurs twice in a mapping: remove one");
                return Err(A::Error::custom(message));
            }
            entries.push((name, map.next_value_seed(inner)?));
        }
        Ok(Literal::Map(entries.into()))
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) => write_float(*value, f),
            Self::Str(value) => f.pad(value),
            other => write_json(other, f),
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

/// The JSON of a value; inside of lists and mappings numbers keep their kind.
fn write_json(value: &Literal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Literal::Null => f.write_str("null"),
        Literal::Bool(value) => write!(f, "{value}"),
        Literal::Int(value) => write!(f, "{value}"),
        Literal::Float(value) => write!(f, "{value:?}"),
        Literal::Str(value) => write_string(value, f),
        Literal::List(values) => {
            for (place, value) in values.iter().enumerate() {
                f.write_str(if place == 0 { "[" } else { "," })?;
                write_json(value, f)?;
            }
            f.write_str(if values.is_empty() { "[]" } else { "]" })
        }
        Literal::Map(entries) => {
            for (place, (name, value)) in entries.iter().enumerate() {
                f.write_str(if place == 0 { "{" } else { "," })?;
                write_string(name, f)?;
                f.write_str(":")?;
                write_json(value, f)?;
            }
            f.write_str(if entries.is_empty() { "{}" } else { "}" })
        }
    }
}

fn write_string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write as _;
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            control if (control as u32) < 0x20 => write!(f, "\\u{:04x}", control as u32)?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

macro_rules! from {
    ($($type:ty => $variant:ident($convert:expr)),* $(,)?) => {$(
        impl From<$type> for Literal {
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

/// Nothing is `null`.
impl<T: Into<Self>> From<Option<T>> for Literal {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Literal {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Literal {
    fn from(values: [T; N]) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>> From<BTreeMap<String, T>> for Literal {
    fn from(entries: BTreeMap<String, T>) -> Self {
        Self::map(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Literal {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn serde_keeps_every_value_of_json() {
        for (literal, text) in [
            (Literal::Null, "null"),
            (Literal::Int(1), "1"),
            (Literal::Float(1.0), "1.0"),
            (Literal::Bool(true), "true"),
            (Literal::from("1"), "\"1\""),
            (Literal::from([1.0, 2.0]), "[1.0,2.0]"),
            (Literal::from(Vec::<i64>::new()), "[]"),
            (
                Literal::map([("a", Some(1)), ("b", None)]),
                r#"{"a":1,"b":null}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&literal).unwrap(), text);
            assert_eq!(read(text), literal);
            if !matches!(literal, Literal::Str(_) | Literal::Float(_)) {
                assert_eq!(literal.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_shown_of_a_list_or_mapping_is_its_json() {
        let text = r#"{"a \"b\"\\":["\n\t\u0001é",1e-7,1e300,1.0,-3,[],{},null,false]}"#;
        let value = read(text);
        assert_eq!(read(&value.to_string()), value);
        assert_eq!(value.to_string(), text);
    }

    #[test]
    fn mappings_are_equal_whatever_their_order() {
        let (a, b) = (read(r#"{"x":1,"y":[2]}"#), read(r#"{"y":[2],"x":1}"#));
        assert_eq!(a, b);
        let close = read(r#"{"x":1.0,"y":[2.0]}"#);
        assert_ne!(a, close);
        assert!(a.same_choice(&close) && !a.same_choice(&read(r#"{"x":1,"z":[2]}"#)));
        assert_ne!(read("[1,2]"), read("[2,1]"));
        assert_ne!(Literal::Null, Literal::Bool(false));
        assert!(!read("[true]").same_choice(&read("[1]")));
    }

    #[test]
    fn integers_are_exact_to_both_ends_and_refused_beyond() {
        for value in [i64::MIN, -1, (1 << 53) + 1, i64::MAX] {
            let text = value.to_string();
            assert_eq!(read(&text), Literal::Int(value));
            assert_eq!(serde_json::to_string(&read(&text)).unwrap(), text);
        }
        let error = serde_json::from_str::<Literal>("[18446744073709551615]").unwrap_err();
        let expect = "18446744073709551615 is larger than 2^63 - 1, the largest integer: write it as a string";
        assert!(error.to_string().starts_with(expect), "{error}");
        let beyond = read("18446744073709551615.0");
        assert_eq!(beyond, Literal::Float(2_f64.powi(64)));
    }

    #[test]
    fn nesting_and_doubled_names_are_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!read(&nested(DEEPEST)).is_too_large());
        let error = serde_json::from_str::<Literal>(&nested(DEEPEST + 1)).unwrap_err();
        assert!(
            error.to_string().contains("nested more than 32 deep"),
            "{error}"
        );
        let error = serde_json::from_str::<Literal>(r#"{"a":1,"a":2}"#).unwrap_err();
        assert!(error.to_string().contains("`a` occurs twice"), "{error}");
        assert!(Literal::from(vec![0; MOST_VALUES]).is_too_large());
    }

    #[test]
    fn only_whole_numbers_that_are_exact_become_integers() {
        let check = |value: f64, expect| assert_eq!(Literal::Float(value).as_i64(), expect);
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
            assert_eq!(Literal::Float(value).to_string(), text);
            assert_eq!(text.parse::<f64>().unwrap(), value);
        }
    }
}
