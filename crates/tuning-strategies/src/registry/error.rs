//! [`RegistryError`]: a name or an option in a study file that means nothing.

use serde_json::{Map, Value};
use thiserror::Error;

/// A strategy in a study file cannot be understood.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// No strategy has this name.
    #[error("there is no strategy `{name}` ({}){}", strategies(.known), did_you_mean(.nearest))]
    UnknownStrategy {
        /// The name.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
        /// All names.
        known: Vec<String>,
    },
    /// The strategy has no such option.
    #[error("strategy `{strategy}` has no option `{option}` ({}){}", options(.known), did_you_mean(.nearest))]
    UnknownOption {
        /// The strategy's name.
        strategy: String,
        /// The option.
        option: String,
        /// The option that was probably meant.
        nearest: Option<String>,
        /// All options with their defaults.
        known: Box<Map<String, Value>>,
    },
    /// An option's value makes no sense.
    #[error("option `{option}` of strategy `{strategy}` cannot be `{value}`: {problem}{}", such_as(.default))]
    WrongValue {
        /// The strategy's name.
        strategy: String,
        /// The option.
        option: String,
        /// Its value.
        value: Box<Value>,
        /// What is wrong with it, and what is expected.
        problem: String,
        /// The default, if there is one.
        default: Option<Box<Value>>,
    },
    /// An option's value is out of its range.
    #[error("option `{option}` of strategy `{strategy}` cannot be `{value}`: it must be {range}{}", such_as(.default))]
    OutOfRange {
        /// The strategy's name.
        strategy: String,
        /// The option.
        option: String,
        /// Its value.
        value: Box<Value>,
        /// The range in words, as in "at least 1".
        range: String,
        /// The default, if there is one.
        default: Option<Box<Value>>,
    },
    /// The options make no sense together.
    #[error("the options of strategy `{strategy}` do not fit together: {message}")]
    Inconsistent {
        /// The strategy's name.
        strategy: String,
        /// What is wrong.
        message: String,
    },
    /// This is not a strategy at all.
    #[error(
        "`{value}` is not a strategy: write its name, as in `random`, or its name and options, as in `{{name: grid, resolution: 5}}`"
    )]
    NotAStrategy {
        /// What stands there.
        value: Box<Value>,
    },
    /// A strategy inside another one cannot be understood.
    #[error("option `{option}` of strategy `{strategy}`: {source}")]
    Part {
        /// The outer strategy's name.
        strategy: String,
        /// Its option that holds a strategy.
        option: String,
        /// What is wrong with that one.
        source: Box<RegistryError>,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| {
        format!(": did you mean `{nearest}`?")
    })
}

fn strategies(known: &[String]) -> String {
    if known.is_empty() {
        return "none is registered".to_owned();
    }
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("there are {}", names.join(", "))
}

fn options(known: &Map<String, Value>) -> String {
    if known.is_empty() {
        return "it has no options".to_owned();
    }
    let options: Vec<_> = known
        .iter()
        .map(|(name, default)| format!("`{name}: {default}`"))
        .collect();
    format!("its options and their defaults are {}", options.join(", "))
}

fn such_as(default: &Option<Box<Value>>) -> String {
    match default.as_deref() {
        None | Some(Value::Null) => String::new(),
        Some(default) => format!(" (the default is `{default}`)"),
    }
}
