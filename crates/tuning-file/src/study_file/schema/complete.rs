//! Tables of keys as schemas of what must be there, and of nothing else.

use serde_json::{Map, Value, json};

use super::shapes::{has_any, within};
use crate::{
    document::{Keys, Shape},
    study_file::spellings::{ALIASES, Within},
};

/// What must be there in a map, and in what it holds.
pub(super) fn map(keys: &'static Keys, among: Option<Within>) -> Value {
    let mut all: Vec<Value> = keys
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| there(key.name, among))
        .collect();
    let sets: Vec<Value> = keys
        .one_of
        .iter()
        .map(|set| {
            let set: Vec<Value> = set.iter().map(|key| there(key, among)).collect();
            match &set[..] {
                [one] => one.clone(),
                several => json!({"allOf": several}),
            }
        })
        .collect();
    if !sets.is_empty() {
        // Two of them make no sense together.
        all.push(json!({"oneOf": sets}));
    }
    let mut complete = Map::new();
    if !all.is_empty() {
        complete.insert("allOf".to_owned(), all.into());
    }
    let inner: Map<String, Value> = keys
        .keys
        .iter()
        .filter_map(|key| Some((key.name.to_owned(), shape(&key.shape)?)))
        .collect();
    if !inner.is_empty() {
        complete.insert("properties".to_owned(), inner.into());
    }
    Value::Object(complete)
}

/// That a key is there, under its name or what other tools call it.
fn there(key: &str, among: Option<Within>) -> Value {
    let aliases = ALIASES
        .iter()
        .filter(|alias| Some(alias.within) == among && alias.ours == key)
        .map(|alias| alias.theirs);
    let special = match (among, key) {
        (Some(Within::Parameter), "min" | "max") => Some("bounds"),
        _ => None,
    };
    let names: Vec<&str> = std::iter::once(key).chain(aliases).chain(special).collect();
    match &names[..] {
        [only] => json!({"required": [only]}),
        names => has_any(names),
    }
}

/// What must be there in a value; none if nothing must.
pub(super) fn shape(shape: &Shape) -> Option<Value> {
    match shape {
        Shape::Map(keys) => {
            let map = map(keys, within(keys));
            let is_empty = map.as_object().is_some_and(Map::is_empty);
            (!is_empty).then_some(map)
        }
        Shape::List(item) | Shape::Filled(item) => {
            self::shape(item).map(|items| json!({"items": items}))
        }
        Shape::Names(value) => {
            self::shape(value).map(|values| json!({"additionalProperties": values}))
        }
        Shape::Parameters(keys) => {
            let parameter = map(keys, within(keys));
            let own = json!({"if": {"type": "object"}, "then": parameter});
            Some(json!({"properties": {"configspace": own}, "additionalProperties": parameter}))
        }
        Shape::Defined("pruner") => Some(json!({"$ref": "#/$defs/whole_pruner"})),
        Shape::Defined("strategy") => {
            let named = json!({"required": ["name"]});
            Some(json!({"if": {"type": "object"}, "then": named}))
        }
        _ => None,
    }
}
