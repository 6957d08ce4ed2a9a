//! Options that a type of serde reads: its defaults say which there are.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use thiserror::Error;
use tuning_core::nearest;
use tuning_strategies::in_words;

use super::options::Options;
use crate::document::Value;

/// Reads the options as a `C`; what is wrong is noted at the option.
pub(super) fn read<C: DeserializeOwned + Default>(
    options: &Options<'_>,
    defaults: &Map<String, Json>,
) -> Option<C> {
    let given = options.json()?;
    if defaults.is_empty() && given.is_empty() {
        return Some(C::default());
    }
    let item = options.item();
    let error = match complete::<C>(&given, defaults) {
        Ok(config) => return Some(config),
        Err(error) => error,
    };
    let option = match &error {
        OptionsError::Unknown { option, .. } | OptionsError::Wrong { option, .. } => option,
        OptionsError::Inconsistent { .. } => return item.wrong(format_args!("{error}")),
    };
    let Value::Map(entries) = &item.node().value else {
        return item.wrong(format_args!("{error}"));
    };
    let entry = entries.iter().find(|entry| entry.key == *option);
    let place = entry.map_or(item.place(), |entry| match error {
        OptionsError::Unknown { .. } => &entry.place,
        _ => &entry.node.place,
    });
    item.problem(place, format!("`{}` {error}", item.path()))
}

fn complete<C: DeserializeOwned>(
    given: &Map<String, Json>,
    defaults: &Map<String, Json>,
) -> Result<C, OptionsError> {
    if let Some(unknown) = given.keys().find(|name| !defaults.contains_key(*name)) {
        let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
        let advice = match nearest(unknown, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => "it has no options".to_owned(),
            None => format!("there are `{}`", known.join("`, `")),
        };
        return Err(OptionsError::Unknown {
            option: unknown.clone(),
            advice,
        });
    }
    let mut options = defaults.clone();
    options.extend(given.clone());
    serde_json::from_value::<C>(Json::Object(options)).map_err(|error| {
        // serde does not say which one it was: try them one by one.
        let wrong = given.iter().find_map(|(name, value)| {
            Some(OptionsError::Wrong {
                option: name.clone(),
                value: value.clone(),
                problem: alone::<C>(name, value, defaults).err()?,
            })
        });
        wrong.unwrap_or_else(|| OptionsError::Inconsistent {
            problem: in_words(&error),
        })
    })
}

/// Reads one option while the others have their defaults.
///
/// # Errors
/// In words, if it cannot be this value.
pub(super) fn alone<C: DeserializeOwned>(
    name: &str,
    value: &Json,
    defaults: &Map<String, Json>,
) -> Result<(), String> {
    let mut options = defaults.clone();
    options.insert(name.to_owned(), value.clone());
    let read = serde_json::from_value::<C>(Json::Object(options));
    read.map(|_| ()).map_err(|error| in_words(&error))
}

/// Options that make no sense. The messages continue "`observers.0.mail` …".
#[derive(Clone, Debug, PartialEq, Error)]
enum OptionsError {
    #[error("has no option `{option}`: {advice}")]
    Unknown { option: String, advice: String },
    #[error("has an option `{option}` that cannot be `{value}`: {problem}")]
    Wrong {
        option: String,
        value: Json,
        problem: String,
    },
    #[error("has options that do not fit together: {problem}")]
    Inconsistent { problem: String },
}
