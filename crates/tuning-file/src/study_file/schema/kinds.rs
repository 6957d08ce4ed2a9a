//! Kinds of pruners, journals, evaluators and observers as schemas, each with its options.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    complete,
    option::{Taken, in_a_file, option},
    shapes,
};
use crate::{
    document::Keys,
    kinds::{Kind, Kinds, Shapes, Words},
    pruners::AnyPruner,
};

/// What may stand where a kind is expected: its name, or a map from that to its options.
pub(super) fn one_of<M: ?Sized>(kinds: &Kinds<M>, words: Words) -> Value {
    let bare = bare(kinds);
    let maps = kinds.iter().map(|kind| map(kind, words));
    let variable = std::iter::once(json!({"$ref": "#/$defs/variable"}));
    let all: Vec<Value> = bare.chain(maps).chain(variable).collect();
    json!({"anyOf": all})
}

/// The same where the name of a kind stands among its options.
pub(super) fn named<M: ?Sized>(kinds: &Kinds<M>, words: Words) -> Value {
    let maps = kinds.iter().map(|kind| {
        let mut common = properties(words.common);
        common.insert("name".to_owned(), json!({"const": kind.name()}));
        let mut map = json!({"allOf": [options(kind, common)], "required": ["name"]});
        if !kind.about().is_empty() {
            map["description"] = kind.about().into();
        }
        map
    });
    // Options that are put over those of an included file, whichever kind that names.
    let all: BTreeSet<String> = kinds
        .iter()
        .flat_map(|kind| kind.options().into_iter().map(|(name, _)| name))
        .collect();
    let rest = json!({"type": "object", "propertyNames": {"enum": all}});
    let variable = json!({"$ref": "#/$defs/variable"});
    let shorts = kinds.iter().filter_map(short);
    let all = bare(kinds)
        .chain(maps)
        .chain(shorts)
        .chain([rest, variable]);
    json!({"anyOf": all.collect::<Vec<_>>()})
}

/// `{KIND: option}` in short for `{name: KIND, option: …}`.
fn short<M: ?Sized>(kind: &Kind<M>) -> Option<Value> {
    let Shapes::Table { keys, short } = kind.shapes() else {
        return None;
    };
    let key = keys.keys.iter().find(|key| Some(key.name) == *short)?;
    let parts = [Some(shapes::shape(&key.shape)), complete::shape(&key.shape)];
    let parts: Vec<Value> = parts.into_iter().flatten().collect();
    let mut option = json!({ "allOf": parts });
    if !kind.about().is_empty() {
        option["description"] = kind.about().into();
    }
    Some(json!({
        "type": "object",
        "properties": {kind.name(): option},
        "required": [kind.name()],
        "additionalProperties": false,
    }))
}

/// What each option of a pruner may be, as schemas that stand for themselves.
pub fn pruner_schema(kind: &Kind<AnyPruner>) -> Map<String, Value> {
    let mut options = match kind.shapes() {
        Shapes::Table { keys, .. } => properties(keys),
        Shapes::Defaults(defaults) => defaults
            .iter()
            .map(|(name, default)| (name.clone(), field(kind, name, default)))
            .collect(),
    };
    options.values_mut().for_each(stand_alone);
    for (name, default) in kind.options() {
        if let Some(schema) = options.get_mut(&name) {
            schema["default"] = default;
        }
    }
    options
}

/// Takes away what has a meaning in a study file alone: variables of the environment and references.
fn stand_alone(schema: &mut Value) {
    let name = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next());
    if let Some(name) = name {
        let (title, about) = (format!("a {name}"), schema["description"].take());
        *schema = json!({"type": ["string", "object"], "title": title});
        if !about.is_null() {
            schema["description"] = about;
        }
        return;
    }
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(any)) = map.get_mut("anyOf") {
        any.retain(|one| one["$ref"] != "#/$defs/variable");
        any.iter_mut().for_each(stand_alone);
        if let [Value::Object(only)] = &mut any[..] {
            let only = std::mem::take(only);
            map.remove("anyOf");
            map.extend(only);
        }
    }
    if let Some(items) = map.get_mut("items") {
        stand_alone(items);
    }
}

/// What must be there in a map that names a kind among its options.
pub(super) fn whole_of_named<M: ?Sized>(kinds: &Kinds<M>) -> Value {
    let shorts = kinds.iter().filter(|kind| kind.stands_for().is_some());
    let names = std::iter::once("name").chain(shorts.map(Kind::name));
    let names: Vec<&str> = names.collect();
    let needy = kinds.iter().filter(|kind| !kind.needed().is_empty());
    let needs = needy.map(|kind| {
        let has = |option: &&str| {
            let said = json!({"not": {"type": "null"}});
            json!({"required": [option], "properties": {*option: said}})
        };
        let any: Vec<Value> = kind.needed().iter().map(has).collect();
        let is_kind = json!({"properties": {"name": {"const": kind.name()}}, "required": ["name"]});
        json!({"if": is_kind, "then": {"anyOf": any}})
    });
    let mut all: Vec<Value> = vec![shapes::has_any(&names)];
    all.extend(needs);
    json!({"if": {"type": "object"}, "then": {"allOf": all}})
}

/// Names that are enough.
fn bare<M: ?Sized>(kinds: &Kinds<M>) -> impl Iterator<Item = Value> {
    kinds
        .iter()
        .filter(|kind| kind.is_bare() && kind.needed().is_empty())
        .map(|kind| json!({"const": kind.name(), "description": kind.about()}))
}

/// The options of a kind as a map, with further keys.
fn options<M: ?Sized>(kind: &Kind<M>, common: Map<String, Value>) -> Value {
    match kind.shapes() {
        Shapes::Table { keys, .. } => whole(keys, &common),
        Shapes::Defaults(defaults) => {
            let mut properties: Map<String, Value> = defaults
                .iter()
                .map(|(name, default)| (name.clone(), field(kind, name, default)))
                .collect();
            properties.extend(common);
            json!({
                "type": ["object", "null"],
                "properties": properties,
                "additionalProperties": false,
            })
        }
    }
}

/// An option that is a field of a type: what it may be is known if it is described.
fn field<M: ?Sized>(kind: &Kind<M>, name: &str, default: &Value) -> Value {
    let Some(described) = kind.described(name) else {
        return json!({"default": default});
    };
    let try_it = |value: Value| match kind.try_option(name, &value) {
        Ok(()) => Taken::Yes,
        Err(problem) => Taken::No(problem),
    };
    option(&try_it, Some(described), default, in_a_file)
}

fn map<M: ?Sized>(kind: &Kind<M>, words: Words) -> Value {
    let common = properties(words.common);
    let mut beside = common.clone();
    let map = options(kind, common);
    let options = match kind.shapes() {
        Shapes::Table { keys, short } => {
            match short.and_then(|short| keys.keys.iter().find(|key| key.name == short)) {
                None => map,
                Some(short) => {
                    let others = keys.keys.iter().filter(|key| key.name != short.name);
                    beside.extend(others.map(|key| (key.name.to_owned(), shapes::property(key))));
                    json!({"anyOf": [shapes::shape(&short.shape), map]})
                }
            }
        }
        Shapes::Defaults(_) => map,
    };
    let mut described = json!({"allOf": [options]});
    if !kind.about().is_empty() {
        described["description"] = kind.about().into();
    }
    beside.insert(kind.name().to_owned(), described);
    json!({
        "type": "object",
        "properties": beside,
        "required": [kind.name()],
        "additionalProperties": false,
    })
}

/// A table whose keys must be there if they are required, with further keys.
fn whole(keys: &'static Keys, common: &Map<String, Value>) -> Value {
    let mut map = shapes::map(keys, None);
    if let Some(properties) = map["properties"].as_object_mut() {
        properties.extend(common.clone());
    }
    if keys.keys.iter().any(|key| key.required) {
        map["type"] = json!("object");
    }
    json!({"allOf": [map, complete::map(keys, None)]})
}

fn properties(keys: &'static Keys) -> Map<String, Value> {
    let properties = keys.keys.iter();
    properties
        .map(|key| (key.name.to_owned(), shapes::property(key)))
        .collect()
}
