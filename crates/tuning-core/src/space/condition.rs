//! [`Condition`]: when a parameter is active, and [`Test`]: what a condition requires of one parent.

use std::{
    fmt,
    ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive},
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::literal::Literal;

/// When a parameter is active: a test of one parent, or several tests joined by "and" and "or".
///
/// A test of an inactive parent fails, whatever it tests: so the child of an inactive parent is
/// inactive, also where the test says `not`.
///
/// # Example
/// ```
/// use tuning_core::{Condition, Parameter, Space, Test};
///
/// let space = Space::new([
///     Parameter::int("layers", 1, 4),
///     Parameter::categorical("optimizer", ["adam", "sgd", "rmsprop"]),
///     Parameter::int("units2", 8, 64).when("layers", 2..),
///     Parameter::float("momentum", 0.0, 0.99)
///         .when("layers", 2..)
///         .when("optimizer", ["sgd", "rmsprop"]), // both must hold
///     Parameter::bool("warm").active_if(
///         Condition::when("layers", 4).or(Condition::when("optimizer", Test::not(["adam"]))),
///     ),
/// ])?;
/// let condition = space.parameters()[3].condition().unwrap();
/// assert_eq!(condition.to_string(), "`layers` is at least 2 and `optimizer` is `sgd` or `rmsprop`");
/// # Ok::<(), tuning_core::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// The parent is active, and its value passes the test.
    Is {
        /// The name of the parent, which is declared earlier.
        parent: Arc<str>,
        /// What its value must be.
        test: Test,
    },
    /// All of these hold.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
}

/// What a condition requires of a parent's value.
///
/// Values and ranges convert into it: `"sgd"` and `["sgd", "rmsprop"]` name values, `2..` and
/// `0.1..=0.5` are ranges. Numbers are compared as numbers, also in lists of choices; other choices
/// have an order only if their list is [ordered](super::Parameter::ordered).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// It is one of these.
    OneOf(Vec<Literal>),
    /// It is none of these.
    NoneOf(Vec<Literal>),
    /// It lies between these bounds.
    Between {
        /// The lower bound.
        lower: Bound<Literal>,
        /// The upper bound.
        upper: Bound<Literal>,
    },
}

impl Test {
    /// Any value but these.
    #[must_use]
    pub fn not(values: impl IntoIterator<Item = impl Into<Literal>>) -> Self {
        Self::NoneOf(values.into_iter().map(Into::into).collect())
    }

    /// Any value greater than this one.
    #[must_use]
    pub fn above(value: impl Into<Literal>) -> Self {
        let (lower, upper) = (Bound::Excluded(value.into()), Bound::Unbounded);
        Self::Between { lower, upper }
    }
}

impl Condition {
    /// The parent is active, and its value passes the test.
    #[must_use]
    pub fn when(parent: impl Into<Arc<str>>, test: impl Into<Test>) -> Self {
        Self::Is {
            parent: parent.into(),
            test: test.into(),
        }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All(mut all), Self::All(more)) => {
                all.extend(more);
                Self::All(all)
            }
            (Self::All(mut all), one) => {
                all.push(one);
                Self::All(all)
            }
            (one, Self::All(mut all)) => {
                all.insert(0, one);
                Self::All(all)
            }
            (one, other) => Self::All(vec![one, other]),
        }
    }

    /// At least one of the two holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any(mut any), Self::Any(more)) => {
                any.extend(more);
                Self::Any(any)
            }
            (Self::Any(mut any), one) => {
                any.push(one);
                Self::Any(any)
            }
            (one, Self::Any(mut any)) => {
                any.insert(0, one);
                Self::Any(any)
            }
            (one, other) => Self::Any(vec![one, other]),
        }
    }

    /// Renames the parents.
    pub(super) fn renamed(self, name: &impl Fn(&str) -> Arc<str>) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(|part| part.renamed(name)).collect();
        match self {
            Self::Is { parent, test } => Self::Is {
                parent: name(&parent),
                test,
            },
            Self::All(parts) => Self::All(each(parts)),
            Self::Any(parts) => Self::Any(each(parts)),
        }
    }

    /// Calls `visit` with the name of every parent.
    pub(super) fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::Is { parent, .. } => visit(parent),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(visit)),
        }
    }
}

macro_rules! one_value {
    ($($type:ty),*) => {$(
        impl From<$type> for Test {
            fn from(value: $type) -> Self {
                Self::OneOf(vec![value.into()])
            }
        }
    )*};
}

one_value!(
    bool,
    i32,
    i64,
    u32,
    f32,
    f64,
    &str,
    String,
    Arc<str>,
    Literal
);

impl<T: Into<Literal>, const N: usize> From<[T; N]> for Test {
    fn from(values: [T; N]) -> Self {
        Self::OneOf(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Literal>> From<Vec<T>> for Test {
    fn from(values: Vec<T>) -> Self {
        Self::OneOf(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Literal>> From<(Bound<T>, Bound<T>)> for Test {
    fn from((lower, upper): (Bound<T>, Bound<T>)) -> Self {
        Self::Between {
            lower: lower.map(Into::into),
            upper: upper.map(Into::into),
        }
    }
}

impl<T: Into<Literal>> From<RangeFrom<T>> for Test {
    fn from(range: RangeFrom<T>) -> Self {
        (Bound::Included(range.start), Bound::Unbounded).into()
    }
}

impl<T: Into<Literal>> From<RangeTo<T>> for Test {
    fn from(range: RangeTo<T>) -> Self {
        (Bound::Unbounded, Bound::Excluded(range.end)).into()
    }
}

impl<T: Into<Literal>> From<RangeToInclusive<T>> for Test {
    fn from(range: RangeToInclusive<T>) -> Self {
        (Bound::Unbounded, Bound::Included(range.end)).into()
    }
}

impl<T: Into<Literal>> From<Range<T>> for Test {
    fn from(range: Range<T>) -> Self {
        (Bound::Included(range.start), Bound::Excluded(range.end)).into()
    }
}

impl<T: Into<Literal>> From<RangeInclusive<T>> for Test {
    fn from(range: RangeInclusive<T>) -> Self {
        let (low, high) = range.into_inner();
        (Bound::Included(low), Bound::Included(high)).into()
    }
}

/// Reads on from "the parent is".
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: &[Literal], word: &str| {
            let shown: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            shown.join(word)
        };
        match self {
            Self::OneOf(values) => f.write_str(&list(values, " or ")),
            Self::NoneOf(values) if values.len() == 1 => write!(f, "not {}", list(values, "")),
            Self::NoneOf(values) => write!(f, "neither {}", list(values, " nor ")),
            Self::Between { lower, upper } => match (lower, upper) {
                (Bound::Unbounded, Bound::Unbounded) => f.write_str("anything"),
                (Bound::Included(low), Bound::Included(high)) => write!(f, "from {low} to {high}"),
                (Bound::Included(low), Bound::Unbounded) => write!(f, "at least {low}"),
                (Bound::Excluded(low), Bound::Unbounded) => write!(f, "above {low}"),
                (Bound::Unbounded, Bound::Included(high)) => write!(f, "at most {high}"),
                (Bound::Unbounded, Bound::Excluded(high)) => write!(f, "below {high}"),
                (Bound::Included(low), Bound::Excluded(high)) => {
                    write!(f, "at least {low} and below {high}")
                }
                (Bound::Excluded(low), Bound::Included(high)) => {
                    write!(f, "above {low} and at most {high}")
                }
                (Bound::Excluded(low), Bound::Excluded(high)) => {
                    write!(f, "above {low} and below {high}")
                }
            },
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is { parent, test } => write!(f, "`{parent}` is {test}"),
            Self::All(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    let separator = if place == 0 { "" } else { " and " };
                    match part {
                        Self::Any(several) if several.len() > 1 => {
                            write!(f, "{separator}({part})")?
                        }
                        _ => write!(f, "{separator}{part}")?,
                    }
                }
                Ok(())
            }
            Self::Any(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    let separator = if place == 0 { "" } else { ", or " };
                    write!(f, "{separator}{part}")?;
                }
                Ok(())
            }
        }
    }
}

/// How a condition stands in a journal: `{"parent": "opt", "values": ["sgd"]}`,
/// `{"parent": "layers", "min": 2}`, `{"all": […]}`.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Form {
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Literal>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Vec<Literal>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    min: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    above: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    max: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    below: Option<Literal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<Condition>>,
}

/// A bound that is there, be it `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Literal>, D::Error> {
    Literal::deserialize(deserializer).map(Some)
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = Form::default();
        match self {
            Self::All(parts) => form.all = Some(parts.clone()),
            Self::Any(parts) => form.any = Some(parts.clone()),
            Self::Is { parent, test } => {
                form.parent = Some(Arc::clone(parent));
                match test {
                    Test::OneOf(values) => form.values = Some(values.clone()),
                    Test::NoneOf(values) => form.not = Some(values.clone()),
                    Test::Between { lower, upper } => {
                        match lower.clone() {
                            Bound::Included(low) => form.min = Some(low),
                            Bound::Excluded(low) => form.above = Some(low),
                            Bound::Unbounded => {}
                        }
                        match upper.clone() {
                            Bound::Included(high) => form.max = Some(high),
                            Bound::Excluded(high) => form.below = Some(high),
                            Bound::Unbounded => {}
                        }
                    }
                }
            }
        }
        form.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        let lower = match (form.min, form.above) {
            (Some(low), None) => Bound::Included(low),
            (None, Some(low)) => Bound::Excluded(low),
            (None, None) => Bound::Unbounded,
            _ => {
                return Err(D::Error::custom(
                    "a condition has both `min` and `above`: use one",
                ));
            }
        };
        let upper = match (form.max, form.below) {
            (Some(high), None) => Bound::Included(high),
            (None, Some(high)) => Bound::Excluded(high),
            (None, None) => Bound::Unbounded,
            _ => {
                return Err(D::Error::custom(
                    "a condition has both `max` and `below`: use one",
                ));
            }
        };
        let bounded = lower != Bound::Unbounded || upper != Bound::Unbounded;
        match (
            form.parent,
            form.values,
            form.not,
            bounded,
            form.all,
            form.any,
        ) {
            (Some(parent), Some(values), None, false, None, None) => {
                Ok(Self::when(parent, Test::OneOf(values)))
            }
            (Some(parent), None, Some(values), false, None, None) => {
                Ok(Self::when(parent, Test::NoneOf(values)))
            }
            (Some(parent), None, None, true, None, None) => {
                Ok(Self::when(parent, Test::Between { lower, upper }))
            }
            (None, None, None, false, Some(parts), None) => Ok(Self::All(parts)),
            (None, None, None, false, None, Some(parts)) => Ok(Self::Any(parts)),
            _ => Err(D::Error::custom(
                "a condition is a `parent` with `values`, `not` or bounds, or `all` or `any` of several",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers() -> Condition {
        Condition::when("layers", 2..)
    }

    fn optimizer() -> Condition {
        Condition::when("optimizer", ["sgd", "rmsprop"])
    }

    #[test]
    fn a_condition_reads_as_a_sentence() {
        let check = |condition: Condition, expect: &str| assert_eq!(condition.to_string(), expect);
        let test = |test: Test| Condition::when("n", test);
        check(test(2.into()), "`n` is `2`");
        check(test(Test::not(["a"])), "`n` is not `a`");
        check(test(Test::not(["a", "b"])), "`n` is neither `a` nor `b`");
        check(test((2..5).into()), "`n` is at least 2 and below 5");
        check(test((2..=5).into()), "`n` is from 2 to 5");
        check(test((..5).into()), "`n` is below 5");
        check(test((..=0.5).into()), "`n` is at most 0.5");
        check(test(Test::above(1e-5)), "`n` is above 1e-5");
        check(
            layers().and(optimizer()),
            "`layers` is at least 2 and `optimizer` is `sgd` or `rmsprop`",
        );
        check(
            layers().or(optimizer()).and(test(true.into())),
            "(`layers` is at least 2, or `optimizer` is `sgd` or `rmsprop`) and `n` is `true`",
        );
    }

    #[test]
    fn the_form_of_a_journal_is_read_back() {
        let check = |condition: Condition, text: &str| {
            assert_eq!(serde_json::to_string(&condition).unwrap(), text);
            assert_eq!(serde_json::from_str::<Condition>(text).unwrap(), condition);
        };
        check(
            optimizer(),
            r#"{"parent":"optimizer","values":["sgd","rmsprop"]}"#,
        );
        check(layers(), r#"{"parent":"layers","min":2}"#);
        let null = Condition::when("size", ..=Literal::Null);
        check(null, r#"{"parent":"size","max":null}"#);
        check(
            Condition::when("x", (Bound::Excluded(0.5), Bound::Excluded(2.0))),
            r#"{"parent":"x","above":0.5,"below":2.0}"#,
        );
        check(
            layers().and(Condition::when("a", Test::not([true])).or(Condition::when("b", ..=3))),
            r#"{"all":[{"parent":"layers","min":2},{"any":[{"parent":"a","not":[true]},{"parent":"b","max":3}]}]}"#,
        );
    }

    #[test]
    fn forms_that_say_two_things_or_nothing_are_refused() {
        for text in [
            "{}",
            r#"{"parent":"a"}"#,
            r#"{"values":[1]}"#,
            r#"{"parent":"a","values":[1],"min":1}"#,
            r#"{"parent":"a","min":1,"above":1}"#,
            r#"{"parent":"a","all":[]}"#,
            r#"{"parent":"a","value":1}"#,
        ] {
            assert!(serde_json::from_str::<Condition>(text).is_err(), "{text}");
        }
    }
}
