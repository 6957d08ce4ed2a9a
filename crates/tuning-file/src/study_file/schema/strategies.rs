//! The strategies of a registry as a schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tuning_strategies::{Entry, Registry, RegistryError};

use super::option::{Taken, in_a_file, option};

/// What a strategy may be: a name, or a name with options.
pub(super) fn strategy(registry: &Registry) -> Value {
    let names = registry
        .entries()
        .map(|entry| json!({"const": entry.name(), "description": entry.about()}));
    let maps = registry.entries().map(|entry| map(registry, &entry));
    // Options that are put over those of an included file, whichever strategy that names.
    let options = registry.entries().flat_map(|entry| entry.options().keys());
    let options: BTreeSet<&String> = options.collect();
    let rest = json!({"type": "object", "propertyNames": {"enum": options}});
    let variable = json!({"$ref": "#/$defs/variable"});
    let all: Vec<Value> = names.chain(maps).chain([rest, variable]).collect();
    json!({"oneOf": all})
}

/// What each option of a strategy may be, as schemas that stand for themselves.
pub fn options_schema(registry: &Registry, entry: &Entry<'_>) -> Map<String, Value> {
    properties(registry, entry, |mut kinds| {
        for kind in &mut kinds {
            if kind.get("$ref").is_some() {
                *kind = json!({"type": ["string", "object"], "title": "a strategy"});
            }
        }
        match kinds.len() {
            0 => json!({}),
            1 => kinds.remove(0),
            _ => json!({"anyOf": kinds}),
        }
    })
}

fn map(registry: &Registry, entry: &Entry<'_>) -> Value {
    let mut properties = Map::new();
    properties.insert("name".to_owned(), json!({"const": entry.name()}));
    properties.extend(self::properties(registry, entry, in_a_file));
    json!({
        "type": "object",
        "description": entry.about(),
        "properties": properties,
        "required": ["name"],
        "additionalProperties": false,
    })
}

/// The options of a strategy, each of the kinds that it may be and with what is known of it.
fn properties(
    registry: &Registry,
    entry: &Entry<'_>,
    of_kinds: impl Fn(Vec<Value>) -> Value,
) -> Map<String, Value> {
    let property = |(name, default): (&String, &Value)| {
        let try_it = |value: Value| {
            let options = Map::from_iter([(name.clone(), value)]);
            match registry.config(entry.name(), &options) {
                // Each for itself: that it does not fit to others is no matter here, and its range is known.
                Ok(_)
                | Err(RegistryError::Inconsistent { .. } | RegistryError::OutOfRange { .. }) => {
                    Taken::Yes
                }
                Err(RegistryError::Part { .. }) => Taken::AsStrategy,
                Err(RegistryError::WrongValue { problem, .. }) => Taken::No(problem),
                Err(error) => Taken::No(error.to_string()),
            }
        };
        let schema = option(&try_it, entry.described(name), default, &of_kinds);
        (name.clone(), schema)
    };
    entry.options().iter().map(property).collect()
}
