//! The strategies of a registry as a schema. What an option may be is found out by trying it: the answer
//! is that of the reader itself.

use serde_json::{Map, Value, json};
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
    // Options that are put over those of an included file.
    let rest = json!({"type": "object", "not": {"required": ["name"]}});
    let variable = json!({"$ref": "#/$defs/variable"});
    let all: Vec<Value> = names.chain(maps).chain([rest, variable]).collect();
    json!({"oneOf": all})
}

fn map(registry: &Registry, entry: &Entry<'_>) -> Value {
    let mut properties = Map::new();
    properties.insert("name".to_owned(), json!({"const": entry.name()}));
    for (option, default) in entry.options() {
        properties.insert(option.clone(), property(registry, entry, option, default));
    }
    json!({
        "type": "object",
        "description": entry.about(),
        "properties": properties,
        "required": ["name"],
        "additionalProperties": false,
    })
}

fn property(registry: &Registry, entry: &Entry<'_>, option: &str, default: &Value) -> Value {
    let info = entry.info(option);
    let probe = Probe {
        registry,
        strategy: entry.name(),
        option,
    };
    let mut schema = probe.shape(
        info.and_then(|info| info.least()),
        info.and_then(|info| info.most()),
    );
    if let Some(schema) = schema.as_object_mut() {
        if let Some(info) = info {
            schema.insert("description".to_owned(), info.about().into());
        }
        schema.insert("default".to_owned(), default.clone());
    }
    schema
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
            // Each for itself: that it does not fit to others is no matter here.
            Ok(_) | Err(RegistryError::Inconsistent { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn takes(&self, value: Value) -> bool {
        self.try_it(value).is_ok()
    }

    fn shape(&self, least: Option<f64>, most: Option<f64>) -> Value {
        let mut kinds: Vec<Value> = Vec::new();
        if self.takes(true.into()) {
            kinds.push(json!({"type": "boolean"}));
        }
        // What is described may be narrower than what can be read.
        let number = |kind: &str, readable: Option<f64>| {
            let mut schema = json!({"type": kind});
            if let Some(least) = least.into_iter().chain(readable).reduce(f64::max) {
                schema["minimum"] = whole(least);
            }
            if let Some(most) = most {
                schema["maximum"] = whole(most);
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
