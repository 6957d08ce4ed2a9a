//! Tables of keys as schemas: what each key may be, whether or not all that is needed is there.

use serde_json::{Map, Value, json};

use crate::{
    document::{Key, Keys, Shape},
    study_file::{
        keys::ROOT,
        parameters,
        settings::OBJECTIVE,
        spellings::{ALIASES, Within},
    },
};

/// A variable of the environment in place of a value, or nothing, which removes what was included.
pub(super) fn variable() -> Value {
    json!({
        "description": "A variable of the environment, `${env:NAME}` or `${env:NAME:-fallback}`.",
        "type": ["string", "null"],
        "pattern": "\\$\\{env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}",
    })
}

/// Which of the maps with words of other tools this is.
pub(super) fn within(keys: &'static Keys) -> Option<Within> {
    if std::ptr::eq(keys, &ROOT) {
        Some(Within::File)
    } else if std::ptr::eq(keys, &OBJECTIVE) {
        Some(Within::Objective)
    } else if std::ptr::eq(keys, &parameters::KEYS) {
        Some(Within::Parameter)
    } else {
        None
    }
}

/// That at least one of these keys is there.
pub(super) fn has_any(keys: &[&str]) -> Value {
    let each = keys.iter().map(|key| json!({"required": [key]}));
    json!({"anyOf": each.collect::<Vec<_>>()})
}

pub(super) fn map(keys: &'static Keys, within: Option<Within>) -> Value {
    let properties: Map<String, Value> = keys
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let mut map = json!({
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": false,
    });
    if within == Some(Within::Objective) {
        let own = &mut map["properties"]["direction"];
        own["anyOf"] = direction()["anyOf"].take();
    }
    if let Some(within) = within {
        // As patterns: they are known, but editors do not offer them.
        map["patternProperties"] = Value::Object(others(keys, within));
    }
    map
}

pub(super) fn property(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), key.about.into());
        if let Some(default) = key.default.and_then(|json| serde_json::from_str(json).ok()) {
            object.insert("default".to_owned(), default);
        }
    }
    schema
}

/// Words of other tools, each with what it means.
fn others(keys: &'static Keys, within: Within) -> Map<String, Value> {
    let aliases = ALIASES.iter().filter(|alias| alias.within == within);
    let mut others: Map<String, Value> = aliases
        .filter_map(|alias| {
            let mut keys = keys;
            let mut schema = None;
            for part in alias.ours.split('.') {
                let key = keys.keys.iter().find(|key| key.name == part)?;
                schema = Some(shape(&key.shape));
                if let Shape::Map(inner) = key.shape {
                    keys = inner;
                }
            }
            let schema = same_as(schema?, alias.ours);
            Some((format!("^{}$", alias.theirs), schema))
        })
        .collect();
    let mut special = |name: &str, ours: &str, schema: Value| {
        others.insert(format!("^{name}$"), same_as(schema, ours));
    };
    match within {
        Within::File => {
            let mut metric = map(&OBJECTIVE, Some(Within::Objective));
            metric["properties"]["target"] = shape(&Shape::Number);
            special(
                "metric",
                "objective",
                json!({"anyOf": [{"type": "string"}, metric]}),
            );
            special("(mode|goal|direction)", "objective.direction", direction());
            special("(method|sampler)", "strategy", json!({"enum": ["random"]}));
        }
        Within::Objective => {
            special("goal", "direction", direction());
            special("mode", "direction", direction());
        }
        Within::Parameter => {
            let bounds = json!({"type": "array", "minItems": 2, "maxItems": 2});
            special("bounds", "min` and `max", bounds);
            special(
                "(distribution|value_type)",
                "type",
                json!({"type": "string"}),
            );
        }
    }
    others
}

/// Ours as words, which editors offer; those of other tools are known, too.
fn direction() -> Value {
    let ours = shape(&Shape::Word(&["minimize", "maximize"]));
    json!({"anyOf": [ours, {"type": "string", "pattern": "^(min|max)$"}]})
}

fn same_as(mut schema: Value, ours: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert(
            "description".to_owned(),
            format!("Here it is called `{ours}`.").into(),
        );
        object.insert("deprecated".to_owned(), true.into());
    }
    schema
}

/// What a value may be.
pub(super) fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({"type": ["string", "null"], "pattern": "\\S"}),
        Shape::Pattern(pattern) => or_variable(json!({"type": "string", "pattern": pattern})),
        Shape::Word(words) => or_variable(json!({"enum": words})),
        Shape::Duration => or_variable(json!({
            "type": "string",
            // A number other than 0 somewhere: no time at all is none.
            "pattern": "^\\s*([0-9].*)?[1-9].*[A-Za-z]\\s*$",
            "examples": ["90s", "15min", "2h 30min"],
        })),
        Shape::Flag => or_variable(json!({"type": "boolean"})),
        Shape::Number => or_variable(json!({"type": "number"})),
        Shape::Above(least) => or_variable(json!({"type": "number", "exclusiveMinimum": least})),
        Shape::Between(least, most) => {
            or_variable(json!({"type": "number", "minimum": least, "maximum": most}))
        }
        Shape::Count(least, most) => {
            or_variable(json!({"type": "integer", "minimum": least, "maximum": most}))
        }
        Shape::Seed => or_variable(json!({"type": "integer", "minimum": 0, "maximum": u64::MAX})),
        Shape::Scalar => json!({"type": ["string", "number", "boolean"]}),
        Shape::List(item) => json!({"type": ["array", "null"], "items": self::shape(item)}),
        Shape::Filled(item) => {
            json!({"type": ["array", "null"], "minItems": 1, "items": self::shape(item)})
        }
        Shape::Map(keys) => map(keys, within(keys)),
        Shape::Names(value) => {
            json!({"type": ["object", "null"], "additionalProperties": self::shape(value)})
        }
        Shape::Parameters(keys) => {
            let parameter = map(keys, within(keys));
            let own = json!({
                "description": "A file that ConfigSpace wrote: its parameters come first.",
                "anyOf": [{"type": "string"}, parameter],
            });
            json!({
                "type": ["object", "null"],
                "properties": {"configspace": own},
                "additionalProperties": parameter,
            })
        }
        Shape::Json => json!({}),
        Shape::When => json!({"$ref": "#/$defs/when"}),
        Shape::Any(shapes) => {
            let shapes: Vec<Value> = shapes.iter().map(self::shape).collect();
            json!({"anyOf": shapes})
        }
        Shape::Defined(name) => json!({"$ref": format!("#/$defs/{name}")}),
    }
}

pub(super) fn or_variable(schema: Value) -> Value {
    json!({"anyOf": [schema, {"$ref": "#/$defs/variable"}]})
}
