//! [`Options`]: a strategy's options out of a study file, completed by the defaults.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tuning_core::{BoxedConfig, ConfigOption, Literal, nearest};

use super::{Registry, RegistryError};

/// The options of one strategy, all of them: what a study file says over the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    strategy: String,
    defaults: Map<String, Value>,
    values: Map<String, Value>,
}

impl Options {
    /// The `given` ones over the defaults.
    pub(super) fn new(
        strategy: &str,
        defaults: &Map<String, Value>,
        given: &Map<String, Value>,
    ) -> Result<Self, RegistryError> {
        if let Some(unknown) = given.keys().find(|name| !defaults.contains_key(*name)) {
            return Err(RegistryError::UnknownOption {
                strategy: strategy.to_owned(),
                option: unknown.clone(),
                nearest: nearest(unknown, defaults.keys().map(String::as_str)).map(str::to_owned),
                known: Box::new(defaults.clone()),
            });
        }
        let mut values = defaults.clone();
        values.extend(
            given
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Ok(Self {
            strategy: strategy.to_owned(),
            defaults: defaults.clone(),
            values,
        })
    }

    /// The options as they are.
    #[must_use]
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// Reads one option.
    ///
    /// # Errors
    /// If its value is of another type; the error names the option, its value and what is expected.
    pub fn get<T: DeserializeOwned>(&self, option: &str) -> Result<T, RegistryError> {
        let value = self.values.get(option).unwrap_or(&Value::Null);
        T::deserialize(value).map_err(|error| self.wrong(option, &error))
    }

    /// Reads an option that holds another strategy: what a combinator wraps.
    ///
    /// # Errors
    /// If it cannot be understood; the error says which option of which strategy it was in.
    pub fn strategy(
        &self,
        option: &str,
        registry: &Registry,
    ) -> Result<BoxedConfig, RegistryError> {
        let value = self.values.get(option).unwrap_or(&Value::Null);
        registry.read(value).map_err(|source| RegistryError::Part {
            strategy: self.strategy.clone(),
            option: option.to_owned(),
            source: Box::new(source),
        })
    }

    /// Reads all options at once, as a configuration with serde.
    ///
    /// # Errors
    /// If one of the values is of another type; the error names the option, its value and what is
    /// expected.
    pub fn all<C: DeserializeOwned>(&self) -> Result<C, RegistryError> {
        let read = |values| serde_json::from_value::<C>(Value::Object(values));
        read(self.values.clone()).map_err(|error| {
            // serde does not say which one it was: try them one by one.
            let alone = |name: &String, value: &Value| {
                let mut values = self.defaults.clone();
                values.insert(name.clone(), value.clone());
                read(values).err().map(|error| self.wrong(name, &error))
            };
            self.values
                .iter()
                .find_map(|(name, value)| alone(name, value))
                .unwrap_or_else(|| RegistryError::Inconsistent {
                    strategy: self.strategy.clone(),
                    message: error.to_string(),
                })
        })
    }

    /// The error if this option is out of its range.
    pub(super) fn outside(&self, option: &ConfigOption) -> Option<RegistryError> {
        let (path, value) = option.outside()?;
        let name = option.name();
        // As it is written: `1` may be read as 1.0.
        let given = self.values.get(name).filter(|_| path == name);
        let default = self.defaults.get(name).filter(|_| path == name);
        Some(RegistryError::OutOfRange {
            strategy: self.strategy.clone(),
            value: Box::new(given.cloned().unwrap_or_else(|| json(value))),
            range: option.range().unwrap_or_default(),
            default: default.cloned().map(Box::new),
            option: path,
        })
    }

    fn wrong(&self, option: &str, error: &serde_json::Error) -> RegistryError {
        RegistryError::WrongValue {
            strategy: self.strategy.clone(),
            option: option.to_owned(),
            value: Box::new(self.values.get(option).cloned().unwrap_or_default()),
            problem: in_words(error),
            default: self.defaults.get(option).cloned().map(Box::new),
        }
    }
}

/// What is wrong with a value that serde refuses, in words for those who do not know Rust.
///
/// # Example
/// ```
/// use tuning_strategies::in_words;
///
/// let error = serde_json::from_str::<Option<Vec<u8>>>("7").unwrap_err();
/// assert_eq!(in_words(&error), "expected a list");
/// let error = serde_json::from_str::<u8>("300").unwrap_err();
/// assert_eq!(in_words(&error), "expected a whole number from 0 to 255");
/// ```
#[must_use]
pub fn in_words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    if let Some((_, expected)) = message.split_once("expected ") {
        let is_too_large =
            message.starts_with("invalid value: integer `") && !message.contains("`-");
        return match (expected, is_too_large) {
            ("u8", true) => "expected a whole number from 0 to 255".to_owned(),
            ("u16", true) => "expected a whole number from 0 to 65535".to_owned(),
            ("u32", true) => "expected a whole number from 0 to 4294967295".to_owned(),
            _ => format!("expected {}", kind(expected)),
        };
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("{field} is missing");
    }
    if let Some(field) = message.strip_prefix("duplicate field ") {
        return format!("{field} is given twice");
    }
    match message.contains("untagged enum") {
        true => "it has none of the forms that are known".to_owned(),
        false => message.to_owned(),
    }
}

/// A type of Rust as what it is in a file.
fn kind(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" | "u128" => "a whole number, not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a map" => "a mapping",
        "unit" => "nothing",
        "char" | "a character" => "a single character",
        _ if expected.starts_with("a nonzero") => "a whole number that is not 0",
        _ if expected.starts_with("a sequence") || expected.starts_with("a tuple") => "a list",
        _ if expected.starts_with("struct ") => "a mapping",
        _ if expected.starts_with("tuple ") || expected.starts_with("an array") => "a list",
        _ if ["enum ", "variant ", "unit ", "newtype "]
            .iter()
            .any(|of| expected.starts_with(of)) =>
        {
            "a word"
        }
        "option" => "a value",
        other => other,
    }
}

/// A value as a study file would give it.
pub(super) fn json(value: &Literal) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The options of a configuration with their values.
pub(super) fn of<C: Serialize>(config: &C) -> Map<String, Value> {
    match serde_json::to_value(config) {
        Ok(Value::Object(options)) => options,
        // A unit struct, or what serde cannot write: no options that a study file could set.
        _ => Map::new(),
    }
}
