//! The strategies of a registry as a schema. What an option may be is found out by trying it: the answer
//! is that of the reader itself.

use std::{collections::BTreeSet, ops::Bound};

use serde_json::{Map, Value, json};
use tuning_core::ConfigOption;
use tuning_strategies::{Entry, Registry, RegistryError};

use super::shapes::or_variable;

/// A text that no option means.
const NONSENSE: &str = "\u{1}no such thing\u{1}";

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

/// The same within a study file, where a variable of the environment may stand for a value.
fn in_a_file(mut kinds: Vec<Value>) -> Value {
    match kinds.len() {
        // Something that needs more than these: the reader knows.
        0 => json!({}),
        1 if kinds[0].get("$ref").is_some() => json!({"allOf": kinds}),
        1 => or_variable(kinds.remove(0)),
        _ => {
            kinds.push(json!({"$ref": "#/$defs/variable"}));
            json!({"anyOf": kinds})
        }
    }
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
    let property = |(option, default): (&String, &Value)| {
        let described = entry.described(option);
        let probe = Probe {
            registry,
            strategy: entry.name(),
            option,
        };
        let bounds = described.map_or((Bound::Unbounded, Bound::Unbounded), ConfigOption::bounds);
        let mut schema = of_kinds(probe.kinds(bounds));
        if let Some(schema) = schema.as_object_mut() {
            if let Some(described) = described {
                schema.insert("description".to_owned(), described.about().into());
            }
            schema.insert("default".to_owned(), default.clone());
        }
        (option.clone(), schema)
    };
    entry.options().iter().map(property).collect()
}

/// Tries values for an option.
struct Probe<'a> {
    registry: &'a Registry,
    strategy: &'a str,
    option: &'a str,
}

impl Probe<'_> {
    fn try_it(&self, value: Value) -> Result<(), RegistryError> {
        let options = Map::from_iter([(self.option.to_owned(), value)]);
        match self.registry.config(self.strategy, &options) {
            // Each for itself: that it does not fit to others is no matter here, and its range is known.
            Ok(_) | Err(RegistryError::Inconsistent { .. } | RegistryError::OutOfRange { .. }) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn takes(&self, value: Value) -> bool {
        self.try_it(value).is_ok()
    }

    /// All kinds of values that it takes; none if that cannot be told by trying.
    fn kinds(&self, (lower, upper): (Bound<f64>, Bound<f64>)) -> Vec<Value> {
        let mut kinds: Vec<Value> = Vec::new();
        if self.takes(true.into()) {
            kinds.push(json!({"type": "boolean"}));
        }
        // What is described may be narrower than what can be read.
        let number = |kind: &str, readable: Option<f64>| {
            let mut schema = json!({"type": kind});
            match (lower, readable) {
                (Bound::Included(at) | Bound::Excluded(at), Some(readable)) if readable > at => {
                    schema["minimum"] = whole(readable);
                }
                (Bound::Excluded(at), _) => schema["exclusiveMinimum"] = whole(at),
                (Bound::Included(at), _) | (Bound::Unbounded, Some(at)) => {
                    schema["minimum"] = whole(at);
                }
                (Bound::Unbounded, None) => {}
            }
            match upper {
                Bound::Included(at) => schema["maximum"] = whole(at),
                Bound::Excluded(at) => schema["exclusiveMaximum"] = whole(at),
                Bound::Unbounded => {}
            }
            schema
        };
        let least_read = [-1.0, 0.0, 1.0, 2.0]
            .into_iter()
            .find(|least| self.takes(whole(*least)));
        let least_read = least_read.filter(|least| *least >= 0.0);
        if self.takes(json!(0.5)) || self.takes(json!(1.5)) {
            kinds.push(number("number", None));
        } else if self.takes(1.into()) || self.takes(2.into()) {
            kinds.push(number("integer", least_read));
        }
        match self.try_it(NONSENSE.into()) {
            Ok(()) => kinds.push(json!({"type": "string"})),
            Err(RegistryError::Part { .. }) => kinds.push(json!({"$ref": "#/$defs/strategy"})),
            Err(RegistryError::WrongValue { problem, .. }) => {
                let words: Vec<String> = words(&problem);
                let words: Vec<String> = words
                    .into_iter()
                    .filter(|word| self.takes(word.as_str().into()))
                    .collect();
                if !words.is_empty() {
                    kinds.push(json!({"enum": words}));
                }
            }
            Err(_) => {}
        }
        if self.takes(json!([])) {
            kinds.push(json!({"type": "array"}));
        }
        if self.takes(json!({})) {
            kinds.push(json!({"type": "object"}));
        }
        if self.takes(Value::Null) {
            kinds.push(json!({"type": "null"}));
        }
        kinds
    }
}

/// Integers as integers.
fn whole(value: f64) -> Value {
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true => json!(value as i64),
        false => json!(value),
    }
}

/// The words that a reader says it expects: ``expected one of `a`, `b` ``.
fn words(problem: &str) -> Vec<String> {
    let mut words: Vec<String> = problem
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    words.dedup();
    words
}
