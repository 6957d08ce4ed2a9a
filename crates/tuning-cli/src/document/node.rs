//! [`Node`]: a value of a file with its place. It does not know which format the file had.

use std::{fmt, sync::Arc};

use tuning_core::Scalar;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
}

/// What stands there. Integers and floats are apart as they are written: `1` and `1.0`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a map and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) place: Place,
    pub(crate) node: Node,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A line and a column of the file, both from 1.
    File { line: usize, column: usize },
    /// An option of the command line, as it was written.
    Option(Arc<str>),
}

impl Place {
    /// The beginning of the file.
    pub(crate) const START: Self = Self::File { line: 1, column: 1 };

    pub(crate) fn option(text: impl Into<Arc<str>>) -> Self {
        Self::Option(text.into())
    }
}

impl Node {
    pub(crate) fn new(value: Value, place: Place) -> Self {
        Self { value, place }
    }

    /// The value of this key, if this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|e| &e.node),
            _ => None,
        }
    }

    /// The same value without places, as strategies' options are read.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar(Scalar::Bool(value)) => (*value).into(),
            Value::Scalar(Scalar::Int(value)) => (*value).into(),
            Value::Scalar(Scalar::Float(value)) => (*value).into(),
            Value::Scalar(Scalar::Str(value)) => (&**value).into(),
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
            Self::Null => f.write_str("nothing"),
            Self::Scalar(Scalar::Str(text)) => write!(f, "the text `{text}`"),
            Self::Scalar(Scalar::Bool(value)) => write!(f, "the truth value `{value}`"),
            Self::Scalar(number) => write!(f, "the number `{number}`"),
            Self::List(_) => f.write_str("a list"),
            Self::Map(_) => f.write_str("a mapping"),
        }
    }
}
