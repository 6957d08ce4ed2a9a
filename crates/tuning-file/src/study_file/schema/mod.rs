//! The JSON Schema of study files, made of the tables of keys that the reader checks and of the
//! strategies that are registered: it cannot say anything else than they do.

mod complete;
mod kinds;
mod option;
mod shapes;
mod strategies;
#[cfg(test)]
mod tests;

pub use kinds::pruner_schema;
pub use strategies::options_schema;

use super::{keys::ROOT, spellings::Within, when};
use crate::{evaluators, extensions::Extensions, journals, observers, pruners};
use serde_json::{Value, json};

/// The schema of study files that name these extensions, draft 2020-12.
#[must_use]
pub fn schema(extensions: &Extensions) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A study for `tune`",
        "description": "Which program to run, which of its parameters to tune, and what to optimise.",
    });
    let object = schema.as_object_mut().expect("it was made as one");
    let map = shapes::map(&ROOT, Some(Within::File));
    object.extend(map.as_object().cloned().unwrap_or_default());
    object.insert("type".to_owned(), json!("object"));
    // What is missing in a file that includes others may be in those.
    object.insert("if".to_owned(), shapes::has_any(&["include", "extends"]));
    object.insert("then".to_owned(), json!(true));
    object.insert("else".to_owned(), complete::map(&ROOT, Some(Within::File)));
    object.insert(
        "$defs".to_owned(),
        json!({
            "variable": shapes::variable(),
            "strategy": strategies::strategy(&extensions.strategies),
            "pruner": kinds::named(&extensions.pruners, pruners::WORDS),
            "whole_pruner": kinds::whole_of_named(&extensions.pruners),
            "journal": kinds::one_of(&extensions.journals, journals::WORDS),
            "evaluator": kinds::one_of(&extensions.evaluators, evaluators::WORDS),
            "observer": kinds::one_of(&extensions.observers, observers::WORDS),
            "when": when::schema(shapes::map(when::keys(), None)),
        }),
    );
    schema
}
