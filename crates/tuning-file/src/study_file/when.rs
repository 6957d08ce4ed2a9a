//! `when`: from a mapping to a [`Condition`].

use std::ops::Bound;

use serde_json::{Value as Json, json};
use tuning_core::{Condition, Literal, Test};

use crate::document::{Fields, Item, Key, Keys, Shape, Value};

/// A test of one parameter that is not a value or a list of them.
static TEST: Keys = Keys::new(
    "a test such as `{min: 2}`, `{above: 0.1, max: 0.5}` or `{not: [a, b]}`",
    &[
        Key::new("min", Shape::Scalar, "Its value is this or more.")
            .synonyms(&["ge", "gte", ">=", "at_least", "from", "lower", "low"]),
        Key::new("above", Shape::Scalar, "Its value is more than this.").synonyms(&[
            "gt",
            ">",
            "greater",
            "greater_than",
            "more_than",
            "over",
        ]),
        Key::new("max", Shape::Scalar, "Its value is this or less.")
            .synonyms(&["le", "lte", "<=", "at_most", "to", "upper", "high"]),
        Key::new("below", Shape::Scalar, "Its value is less than this.").synonyms(&[
            "lt",
            "<",
            "less",
            "less_than",
            "under",
        ]),
        Key::new(
            "values",
            Shape::Json,
            "Its value is one of these, or this one.",
        )
        .synonyms(&[
            "value", "in", "one_of", "any_of", "choices", "eq", "==", "equals", "is",
        ]),
        Key::new("not", Shape::Json, "Its value is none of these.").synonyms(&[
            "ne",
            "neq",
            "!=",
            "not_in",
            "none_of",
            "not_equals",
        ]),
    ],
);

const EXPECTED: &str = "parameters and their values, such as `{optimizer: sgd}`, `{optimizer: [sgd, adam]}` or `{layers: \
                        {min: 2}}`";

/// The condition that a mapping says: every entry of it must hold.
pub(super) fn read(item: &Item<'_>) -> Option<Condition> {
    let entries = item.names(EXPECTED)?;
    if entries.is_empty() {
        return item.wrong(format_args!("is empty: expected {EXPECTED}"));
    }
    let mut parts = Vec::with_capacity(entries.len());
    for (name, item) in &entries {
        parts.push(match *name {
            "all" if is_group(item) => group(item).map(Condition::All),
            "any" if is_group(item) => group(item).map(Condition::Any),
            parent => test(parent, item),
        });
    }
    let parts: Option<Vec<Condition>> = parts.into_iter().collect();
    joined(parts?)
}

/// Whether `all` or `any` holds conditions, and is not the name of a parameter.
fn is_group(item: &Item<'_>) -> bool {
    match &item.node().value {
        Value::List(nodes) => nodes.iter().all(|node| matches!(node.value, Value::Map(_))),
        _ => false,
    }
}

fn group(item: &Item<'_>) -> Option<Vec<Condition>> {
    let parts: Vec<_> = item.list(EXPECTED)?.iter().map(read).collect();
    parts.into_iter().collect()
}

fn joined(mut parts: Vec<Condition>) -> Option<Condition> {
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Condition::All(parts)),
    }
}

fn test(parent: &str, item: &Item<'_>) -> Option<Condition> {
    if !item.is_map() {
        return Some(Condition::when(parent, Test::OneOf(values(item)?)));
    }
    let fields = item.fields(&TEST)?;
    let (lower, upper) = (
        bound(&fields, "min", "above"),
        bound(&fields, "max", "below"),
    );
    let (lower, upper) = (lower?, upper?);
    let mut tests = Vec::new();
    if lower != Bound::Unbounded || upper != Bound::Unbounded {
        tests.push(Test::Between { lower, upper });
    }
    if let Some(item) = fields.get("values") {
        tests.push(Test::OneOf(values(&item)?));
    }
    if let Some(item) = fields.get("not") {
        tests.push(Test::NoneOf(values(&item)?));
    }
    if tests.is_empty() && !fields.has_unknown() {
        return item.wrong(format_args!("says nothing: expected {}", TEST.expected));
    }
    joined(
        tests
            .into_iter()
            .map(|test| Condition::when(parent, test))
            .collect(),
    )
}

fn bound(
    fields: &Fields<'_>,
    included: &'static str,
    excluded: &'static str,
) -> Option<Bound<Literal>> {
    match (fields.get(included), fields.get(excluded)) {
        (Some(_), Some(item)) => item.wrong(format_args!(
            "does not go together with `{included}`: use one of the two"
        )),
        (Some(item), None) => item.scalar().map(Bound::Included),
        (None, Some(item)) => item.scalar().map(Bound::Excluded),
        (None, None) => Some(Bound::Unbounded),
    }
}

/// One value, or a list of them.
fn values(item: &Item<'_>) -> Option<Vec<Literal>> {
    match item.is_list() {
        true => {
            let values: Vec<_> = item.list(EXPECTED)?.iter().map(Item::any_value).collect();
            values.into_iter().collect()
        }
        false => Some(vec![item.any_value()?]),
    }
}

/// What `when` may be, for the schema of study files.
pub(super) fn schema(mut test: Json) -> Json {
    test["type"] = json!("object");
    test["minProperties"] = json!(1);
    test["not"] =
        json!({"anyOf": [{"required": ["min", "above"]}, {"required": ["max", "below"]}]});
    let conditions = json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/when"}});
    let value = json!({"type": ["string", "number", "boolean", "null"]});
    let values = json!({"type": "array", "minItems": 1});
    // Of a parameter that is called `all` or `any`: a list of mappings is one of conditions there.
    let plain = json!({"type": "array", "minItems": 1, "items": value});
    let own = json!({"anyOf": [value, plain, test]});
    let test = json!({"anyOf": [value, values, test]});
    json!({
        "type": ["object", "null"],
        "minProperties": 1,
        "properties": {
            "all": {
                "description": "All of these conditions hold.",
                "anyOf": [conditions, own],
            },
            "any": {
                "description": "At least one of these conditions holds.",
                "anyOf": [conditions, own],
            },
        },
        "additionalProperties": test,
    })
}

/// The keys of a test, for the schema.
pub(super) fn keys() -> &'static Keys {
    &TEST
}
