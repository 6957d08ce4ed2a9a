//! One option of a strategy or a pruner as a schema. What it may be is found out by trying it: the answer is that of the
//! reader itself.

use std::ops::Bound;

use serde_json::{Value, json};
use tuning_core::ConfigOption;

use super::shapes::or_variable;

/// A text that no option means.
const NONSENSE: &str = "\u{1}no such thing\u{1}";

/// What a reader says to a value of an option.
pub(super) enum Taken {
    /// It is taken, though it may be out of its range.
    Yes,
    /// It would be read as a strategy.
    AsStrategy,
    /// It is not, for this reason.
    No(String),
}

/// An option of each of the kinds that it may be, with what is known of it.
pub(super) fn option(
    try_it: &dyn Fn(Value) -> Taken,
    described: Option<&ConfigOption>,
    default: &Value,
    of_kinds: impl Fn(Vec<Value>) -> Value,
) -> Value {
    let bounds = described.map_or((Bound::Unbounded, Bound::Unbounded), ConfigOption::bounds);
    let mut schema = of_kinds(Probe { try_it }.kinds(bounds));
    if let Some(schema) = schema.as_object_mut() {
        if let Some(described) = described {
            schema.insert("description".to_owned(), described.about().into());
        }
        schema.insert("default".to_owned(), default.clone());
    }
    schema
}

/// Any of these kinds within a study file, where a variable of the environment may stand for a value.
pub(super) fn in_a_file(mut kinds: Vec<Value>) -> Value {
    for kind in &mut kinds {
        if let Some(inner) = kind.get_mut("additionalProperties") {
            *inner = or_variable(inner.take());
        }
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

/// Tries values for an option.
struct Probe<'a> {
    try_it: &'a dyn Fn(Value) -> Taken,
}

impl Probe<'_> {
    fn takes(&self, value: Value) -> bool {
        matches!((self.try_it)(value), Taken::Yes)
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
        match (self.try_it)(NONSENSE.into()) {
            Taken::Yes => kinds.push(json!({"type": "string"})),
            Taken::AsStrategy => kinds.push(json!({"$ref": "#/$defs/strategy"})),
            Taken::No(problem) => {
                let words: Vec<String> = words(&problem);
                let words: Vec<String> = words
                    .into_iter()
                    .filter(|word| self.takes(word.as_str().into()))
                    .collect();
                if !words.is_empty() {
                    kinds.push(json!({"enum": words}));
                }
            }
        }
        if self.takes(json!([])) {
            kinds.push(json!({"type": "array"}));
        }
        if self.takes(json!({})) {
            let mut map = json!({"type": "object"});
            let is_bounded = (lower, upper) != (Bound::Unbounded, Bound::Unbounded);
            if is_bounded && self.takes(json!({"\u{1}": 0.5})) {
                map["additionalProperties"] = number("number", None);
            } else if is_bounded && self.takes(json!({"\u{1}": 1})) {
                map["additionalProperties"] = number("integer", None);
            }
            kinds.push(map);
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
