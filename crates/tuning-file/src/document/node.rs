//! [`Node`]: a value of a file with its place. It does not know which format the file had.

use std::{fmt, sync::Arc};

use tuning_core::Literal;

use super::quote::quoted;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// What stands there. Integers and floats are apart as they are written: `1` and `1.0`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A string, a number or a boolean.
    Scalar(Literal),
    /// An integer of more than 64 bits with a sign, in decimal digits or as it is written: only a seed may be one.
    Large(Arc<str>),
    /// Several values, in order.
    List(Vec<Node>),
    /// Values by name, in the order of the file.
    Map(Vec<Entry>),
    /// Something that makes no sense and has been reported: its reader has nothing to add.
    Wrong,
}

/// A key of a map and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub node: Node,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line and a column of a file, both from 1.
    File {
        /// Which of the files that were read.
        file: FileId,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// An option of the command line, as it was written.
    Option(Arc<str>),
}

/// Which of the [`Files`](super::Files): a study file may include others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub(super) usize);

impl Entry {
    /// The same under another key.
    pub fn renamed(mut self, key: &str) -> Self {
        self.key = key.to_owned();
        self
    }

    /// The same with this text as its value.
    pub fn put_text(mut self, text: &str) -> Self {
        self.node.value = Value::Scalar(text.into());
        self
    }

    /// Whether it comes from the command line.
    pub fn is_option(&self) -> bool {
        matches!(self.place, Place::Option(_))
    }
}

impl Place {
    /// The beginning of the file.
    pub const START: Self = Self::at(1, 1);

    /// A place of the study file itself; an include makes it one of another file.
    pub const fn at(line: usize, column: usize) -> Self {
        let file = FileId(0);
        Self::File { file, line, column }
    }

    pub(super) fn move_to_file(&mut self, to: FileId) {
        if let Self::File { file, .. } = self {
            *file = to;
        }
    }

    /// An option of a command line.
    pub fn option(text: impl Into<Arc<str>>) -> Self {
        Self::Option(text.into())
    }
}

impl Node {
    /// A value at a place.
    pub fn new(value: Value, place: Place) -> Self {
        Self { value, place }
    }

    /// Says that this stands in another file than the study file.
    pub(super) fn move_to_file(&mut self, file: FileId) {
        self.place.move_to_file(file);
        match &mut self.value {
            Value::List(nodes) => nodes.iter_mut().for_each(|node| node.move_to_file(file)),
            Value::Map(entries) => {
                for entry in entries {
                    entry.place.move_to_file(file);
                    entry.node.move_to_file(file);
                }
            }
            Value::Null | Value::Scalar(_) | Value::Large(_) | Value::Wrong => {}
        }
    }

    /// The value of this key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|e| &e.node),
            _ => None,
        }
    }

    /// The value of an option: of a key, or of one in the mapping that a key has, as `resolution_of.lr`. The key itself
    /// is what is found if there is no such one in it.
    pub fn option(&self, path: &str) -> Option<&Node> {
        let within = || {
            // The second key is a name with dots of its own at times.
            let (option, name) = path.split_once('.')?;
            let option = self.get(option)?;
            Some(option.get(name).unwrap_or(option))
        };
        self.get(path).or_else(within)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let found = self
            .entries_mut()?
            .iter_mut()
            .find(|entry| entry.key == key);
        found.map(|entry| &mut entry.node)
    }

    /// The entries of a map.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(Literal::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<f64> {
        match &self.value {
            Value::Scalar(scalar) => scalar.as_f64(),
            _ => None,
        }
    }

    /// The same value without places, as it is written.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null | Value::Wrong => serde_json::Value::Null,
            Value::Scalar(scalar) => serde_json::to_value(scalar).unwrap_or_default(),
            Value::Large(digits) => match digits.parse::<u64>() {
                Ok(value) => value.into(),
                Err(_) => (&**digits).into(),
            },
            Value::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                let pairs = entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.node.to_json()));
                serde_json::Value::Object(pairs.collect())
            }
        }
    }
}

/// What people call it in an error: `the text \`abc\``, `a list`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null | Self::Wrong => f.write_str("nothing"),
            Self::Scalar(Literal::Str(text)) => write!(f, "the string {}", quoted(text)),
            Self::Scalar(Literal::Bool(value)) => write!(f, "the boolean `{value}`"),
            // As it is written: `2.0` is another kind of number than `2`.
            Self::Scalar(Literal::Float(value)) => write!(f, "the number `{value:?}`"),
            Self::Scalar(number) => write!(f, "the number `{number}`"),
            Self::Large(digits) => write!(f, "the number {}", quoted(digits)),
            Self::List(_) => f.write_str("a list"),
            Self::Map(_) => f.write_str("a mapping"),
        }
    }
}
