//! [`Item`]: a value with its path, to be read as what it should be. What is wrong is noted, and reading
//! goes on.

use std::{
    borrow::Cow,
    fmt,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use tuning_core::{Literal, Seed};

use super::{
    environment::{Filled, Unfilled, Use},
    files::Files,
    node::{Node, Place, Value},
    number,
    quote::quoted,
    reading::Reading,
};
use crate::limits;

/// A value of a file on its way to become a setting.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    node: &'a Node,
    path: String,
    reading: &'a Reading,
}

impl<'a> Item<'a> {
    /// The whole file.
    pub fn root(node: &'a Node, reading: &'a Reading) -> Self {
        Self {
            node,
            path: String::new(),
            reading,
        }
    }

    /// The same as what a key of the file holds, although it is not there any more.
    pub(super) fn named(self, key: &str) -> Self {
        let path = key.to_owned();
        Self { path, ..self }
    }

    pub(crate) fn child(&self, key: &str, node: &'a Node) -> Self {
        let path = match &*self.path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        Self {
            node,
            path,
            reading: self.reading,
        }
    }

    /// The node itself, as it was written.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    pub(super) fn files(&self) -> &'a Files {
        &self.reading.files
    }

    /// Where it stands.
    pub fn place(&self) -> &'a Place {
        &self.node.place
    }

    /// The keys that lead here, with dots between them.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Notes that something is wrong here. The message continues "`path` …".
    pub fn wrong<T>(&self, message: impl fmt::Display) -> Option<T> {
        if self.node.value == Value::Wrong {
            return None;
        }
        let what = if self.path.is_empty() {
            "the file".to_owned()
        } else {
            quoted(&self.path).to_string()
        };
        self.problem(self.place(), format!("{what} {message}"))
    }

    /// Whether so much is wrong already that one thing more is only counted, as it is now.
    pub(super) fn is_one_too_many(&self) -> bool {
        self.reading.problems.is_one_too_many()
    }

    /// Notes that something is wrong at a place nearby, with a message of its own.
    pub fn problem<T>(&self, place: &Place, message: impl Into<String>) -> Option<T> {
        self.reading.problems.add(place, message);
        None
    }

    /// Notes that this is of another type.
    pub fn expected<T>(&self, expected: impl fmt::Display) -> Option<T> {
        if self.node.value == Value::Null {
            return self.wrong(format_args!("is empty: expected {expected}"));
        }
        // A variable that cannot be filled in is noted by this, and nothing more is known.
        if *self.value() == Value::Wrong {
            return None;
        }
        self.wrong(format_args!("is {}: expected {expected}", self.shown()))
    }

    /// What stands here, with what its variables come to.
    fn shown(&self) -> String {
        match (&self.node.value, self.filled()) {
            (Value::Scalar(Literal::Str(written)), Some(Ok(filled))) => match filled.typed() {
                Ok(value) => format!("{}, which is {value}", quoted(written)),
                Err(message) => message,
            },
            (written, _) => written.to_string(),
        }
    }

    /// The text with the variables of the environment filled in; none if it has none.
    fn filled(&self) -> Option<Result<Filled, Unfilled>> {
        let text = self.node.as_text()?;
        self.reading.environment.fill(text, Use::Plain).transpose()
    }

    /// What stands here, with the variables of the environment filled in. Where they cannot be, that
    /// is noted.
    fn value(&self) -> Cow<'a, Value> {
        match self.filled() {
            None => Cow::Borrowed(&self.node.value),
            Some(Ok(filled)) => match filled.typed() {
                Ok(value) => Cow::Owned(value),
                Err(message) => {
                    self.wrong::<()>(format_args!(
                        "comes to a number that cannot be taken: {message}"
                    ));
                    Cow::Owned(Value::Wrong)
                }
            },
            Some(Err(unfilled)) => {
                self.wrong::<()>(unfilled);
                Cow::Owned(Value::Wrong)
            }
        }
    }

    /// A string, a number or a boolean.
    pub fn scalar(&self) -> Option<Literal> {
        match &*self.value() {
            Value::Scalar(scalar) => Some(scalar.clone()),
            Value::Large(_) => self.too_large(),
            Value::Null => {
                self.expected("a string, a number, true or false (quote it if it is a string)")
            }
            _ => self.expected("a string, a number, true or false"),
        }
    }

    /// Any value that JSON has, with the variables of the environment filled in.
    pub fn any_value(&self) -> Option<Literal> {
        match &self.node.value {
            Value::Null => Some(Literal::Null),
            Value::Scalar(_) | Value::Large(_) | Value::Wrong => self.scalar(),
            Value::List(nodes) => {
                let items = nodes.iter().enumerate();
                let items: Vec<_> = items
                    .map(|(index, node)| self.child(&index.to_string(), node).any_value())
                    .collect();
                let items: Option<Vec<Literal>> = items.into_iter().collect();
                items.map(Literal::from)
            }
            Value::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        let value = self.child(&entry.key, &entry.node).any_value()?;
                        Some((entry.key.as_str(), value))
                    })
                    .collect();
                let entries: Option<Vec<_>> = entries.into_iter().collect();
                entries.map(Literal::map)
            }
        }
    }

    /// A scalar as a string of the command, in which `$$` is a `$` and `${name}` a parameter.
    pub fn argument(&self) -> Option<String> {
        let Some(text) = self.node.as_text() else {
            return Some(self.scalar()?.to_string());
        };
        match self.reading.environment.fill(text, Use::Command) {
            Ok(None) => Some(text.to_owned()),
            Ok(Some(filled)) => Some(filled.text),
            Err(unfilled) => self.wrong(unfilled),
        }
    }

    /// A string that is not blank.
    pub fn text(&self, expected: &str) -> Option<String> {
        let value = match self.filled() {
            // `007` stays as it is.
            Some(Ok(filled)) => Cow::Owned(Value::Scalar(filled.text.into())),
            _ => self.value(),
        };
        match &*value {
            Value::Scalar(Literal::Str(text)) if text.trim().is_empty() => {
                self.wrong(format_args!("is an empty string: expected {expected}"))
            }
            Value::Scalar(Literal::Str(text)) => Some(text.as_ref().to_owned()),
            Value::Scalar(_) | Value::Large(_) => {
                self.expected(format_args!("{expected} (quote it if it is a string)"))
            }
            _ => self.expected(expected),
        }
    }

    /// A text that another type knows how to read; its error says what is expected.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&self, expected: &str) -> Option<T> {
        match self.text(expected)?.parse() {
            Ok(value) => Some(value),
            Err(error) => self.wrong(format_args!("cannot be read: {error}")),
        }
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        match &*self.value() {
            Value::Scalar(Literal::Bool(value)) => Some(*value),
            _ => self.expected("true or false"),
        }
    }

    /// A finite number. An integer is one if a float can be exactly that.
    pub fn number(&self) -> Option<f64> {
        match &*self.value() {
            Value::Scalar(Literal::Float(value)) if value.is_finite() => Some(*value),
            Value::Scalar(Literal::Int(value)) => match number::as_float(*value) {
                Some(value) => Some(value),
                None => self.wrong(format_args!(
                    "is the integer `{value}`, which a float cannot be exactly: write the float that is meant, such \
                     as `{:?}`",
                    *value as f64
                )),
            },
            Value::Large(digits) => {
                let float: f64 = digits.replace('_', "").parse().unwrap_or(f64::MAX);
                self.wrong(format_args!(
                    "is the integer {}, which has more than 64 bits: write the float that is meant, such as `{float:?}`",
                    quoted(digits)
                ))
            }
            _ => self.expected("a number"),
        }
    }

    /// A whole number in this range, written as one: `3`, not `3.0`.
    pub fn count(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let (least, most) = (*range.start(), *range.end());
        let value = self.value();
        let count = match &*value {
            Value::Scalar(Literal::Int(value)) => u64::try_from(*value).ok(),
            _ => None,
        };
        let expected = format!("a whole number of at least {least}");
        match (count, &*value) {
            (Some(count), _) if range.contains(&count) => Some(count),
            (Some(count), _) if count > most => self.wrong(format_args!(
                "is {count}, which is too many: at most {most}"
            )),
            (_, Value::Large(digits)) if !digits.starts_with('-') => self.wrong(format_args!(
                "is {}, which is too many: at most {most}",
                quoted(digits)
            )),
            (_, Value::Scalar(Literal::Float(value))) if value.fract() == 0.0 => self.expected(
                format_args!("{expected}, written without a point or an exponent"),
            ),
            _ => self.expected(expected),
        }
    }

    /// A seed: a whole number of 64 bits without a sign.
    pub fn seed(&self) -> Option<Seed> {
        const EXPECTED: &str = "a whole number from 0 to 18446744073709551615";
        let value = self.value();
        let seed = match &*value {
            Value::Scalar(Literal::Int(value)) => u64::try_from(*value).ok(),
            Value::Large(digits) => digits.parse().ok(),
            _ => None,
        };
        match (seed, &*value) {
            (Some(seed), _) => Some(Seed::new(seed)),
            (None, Value::Scalar(Literal::Float(value))) if value.fract() == 0.0 => self.expected(
                format_args!("{EXPECTED}, written without a point or an exponent"),
            ),
            (None, _) => self.expected(EXPECTED),
        }
    }

    fn too_large<T>(&self) -> Option<T> {
        self.wrong(format_args!(
            "is {}: integers go from -2^63 to 2^63 - 1; write a smaller one, or quote it if it is a string",
            self.shown()
        ))
    }

    /// A duration with its unit, longer than zero.
    pub fn duration(&self) -> Option<Duration> {
        const EXPECTED: &str = "a duration with its unit, such as `90s`, `15min` or `2h 30min`";
        match &*self.value() {
            Value::Scalar(Literal::Str(text)) => match humantime::parse_duration(text) {
                Ok(duration) if duration > limits::LONGEST => self.wrong(format_args!(
                    "is {}, which is too long: at most 100 years",
                    quoted(text)
                )),
                Ok(duration) if !duration.is_zero() => Some(duration),
                Ok(_) => self.wrong(format_args!(
                    "must be longer than zero: expected {EXPECTED}"
                )),
                Err(_) => self.expected(EXPECTED),
            },
            _ => self.expected(EXPECTED),
        }
    }

    /// Whatever stands here, as JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        match &self.node.value {
            Value::List(nodes) => {
                let items = nodes.iter().enumerate();
                let items: Vec<_> = items
                    .map(|(index, node)| self.child(&index.to_string(), node).json())
                    .collect();
                items
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(serde_json::Value::Array)
            }
            Value::Map(entries) => {
                let pairs: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        let value = self.child(&entry.key, &entry.node).json()?;
                        Some((entry.key.clone(), value))
                    })
                    .collect();
                let pairs: Option<serde_json::Map<_, _>> = pairs.into_iter().collect();
                pairs.map(serde_json::Value::Object)
            }
            Value::Wrong => None,
            Value::Null | Value::Scalar(_) | Value::Large(_) => match &*self.value() {
                Value::Wrong => None,
                Value::Large(digits) if digits.parse::<u64>().is_err() => self.too_large(),
                value => Some(Node::new(value.clone(), self.place().clone()).to_json()),
            },
        }
    }

    /// The folder of the file that this stands in; none for the command line.
    pub fn folder(&self) -> Option<PathBuf> {
        match self.place() {
            Place::Option(_) => None,
            Place::File { file, .. } => {
                let path = self.reading.files.path(*file);
                Some(path.parent().map(Path::to_owned).unwrap_or_default())
            }
        }
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// Whether it is a string.
    pub fn is_text(&self) -> bool {
        matches!(self.node.value, Value::Scalar(Literal::Str(_)))
    }

    /// The parts of a list.
    pub fn list(&self, expected: &str) -> Option<Vec<Self>> {
        let Value::List(nodes) = &self.node.value else {
            return self.expected(expected);
        };
        let nodes = nodes.iter().enumerate();
        Some(
            nodes
                .map(|(index, node)| self.child(&index.to_string(), node))
                .collect(),
        )
    }

    /// The parts of a map whose keys are names that the user chooses.
    pub fn names(&self, expected: &str) -> Option<Vec<(&'a str, Self)>> {
        let Value::Map(entries) = &self.node.value else {
            return self.expected(expected);
        };
        let entries = entries.iter();
        Some(
            entries
                .map(|entry| (&*entry.key, self.child(&entry.key, &entry.node)))
                .collect(),
        )
    }
}
