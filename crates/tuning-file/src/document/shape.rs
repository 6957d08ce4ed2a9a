//! [`Keys`] and [`Shape`]: which keys a map of a file may have, and what their values may be. Readers
//! refuse what is not in their table, and the JSON Schema is made of the same tables.

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A text that is not empty.
    Text,
    /// A text that matches one of these regular expressions, for what another type reads.
    Pattern(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Time with its unit: `90s`, `2h 30min`.
    Duration,
    /// `true` or `false`.
    Flag,
    /// A finite number.
    Number,
    /// A number above this one.
    Above(f64),
    /// A number between these, both included.
    Between(f64, f64),
    /// A whole number between these, both included, written without a point.
    Count(u64, u64),
    /// A whole number of 64 bits without a sign.
    Seed,
    /// A string, a number, true or false.
    Scalar,
    /// Any value that JSON has.
    Json,
    /// A list of these.
    List(&'static Shape),
    /// A list with at least one item.
    Filled(&'static Shape),
    /// A map with known keys.
    Map(&'static Keys),
    /// A map whose keys are names that the user chooses.
    Names(&'static Shape),
    /// Parameters by name, each with these keys, and the file of a space that another tool wrote.
    Parameters(&'static Keys),
    /// When a parameter is active.
    When,
    /// One of these.
    Any(&'static [Shape]),
    /// What a registry reads: `strategy`, `journal`, `evaluator` or `observer`.
    Defined(&'static str),
}

/// A key of a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// What it says, in a sentence or two: editors show it.
    pub about: &'static str,
    /// What holds if it is not there, as JSON.
    pub default: Option<&'static str>,
    /// Whether it has to be there.
    pub required: bool,
    /// What people write who mean it.
    pub synonyms: &'static [&'static str],
}

/// The keys of a map.
#[derive(Debug, PartialEq)]
pub struct Keys {
    /// What is to stand there, for errors: ``a mapping such as `{min: 1, max: 27}` ``.
    pub expected: &'static str,
    /// All of them.
    pub keys: &'static [Key],
    /// Exactly one of these sets of keys must be there, whole; empty if nothing must.
    pub one_of: &'static [&'static [&'static str]],
}

impl Keys {
    /// A table of keys.
    pub const fn new(expected: &'static str, keys: &'static [Key]) -> Self {
        Self {
            expected,
            keys,
            one_of: &[],
        }
    }

    /// Requires exactly one of these sets of keys, whole.
    pub const fn one_of(self, sets: &'static [&'static [&'static str]]) -> Self {
        Self {
            one_of: sets,
            ..self
        }
    }

    /// The names of the keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }

    /// Whether the value of this key is a list.
    pub fn takes_list(&self, name: &str) -> bool {
        let mut keys = self.keys.iter();
        let is_list = |key: &Key| matches!(key.shape, Shape::List(_) | Shape::Filled(_));
        keys.any(|key| key.name == name && is_list(key))
    }

    /// Whether there is a key of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

impl Key {
    /// A key that need not be there.
    pub const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            name,
            shape,
            about,
            default: None,
            required: false,
            synonyms: &[],
        }
    }

    /// Sets the default value.
    pub const fn default(self, json: &'static str) -> Self {
        Self {
            default: Some(json),
            ..self
        }
    }

    /// Makes it required.
    pub const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// Makes it optional.
    pub const fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }

    /// The same with what people write who mean it.
    pub const fn synonyms(self, synonyms: &'static [&'static str]) -> Self {
        Self { synonyms, ..self }
    }
}
