//! `parameters`: from a map to a [`Space`].

use std::collections::BTreeMap;

use tuning_core::{ConfigSpace, Literal, Parameter, Space};
use tuning_strategies::in_words;

use super::when;
use crate::{
    document::{ENVIRONMENT_PREFIX, Fields, Item, Key, Keys, Shape, Value, quoted},
    regular::read_text,
};

pub(super) static KEYS: Keys = Keys::new(
    EXPECTED,
    &[
        Key::new("min", Shape::Number, "The smallest value, included."),
        Key::new("max", Shape::Number, "The largest value, included."),
        Key::new(
            "log",
            Shape::Flag,
            "Whether each power of ten gets the same share of the trials.",
        )
        .default("false"),
        Key::new(
            "step",
            Shape::Number,
            "The distance between neighbouring values, counted from `min`.",
        ),
        Key::new(
            "type",
            Shape::Word(&["float", "int"]),
            "Numbers or integers; by default integers if all bounds are written as integers.",
        ),
        Key::new(
            "values",
            Shape::List(&Shape::Json),
            "A choice, each of them as likely as any other: strings, numbers, null, lists, mappings.",
        ),
        Key::new(
            "ordered",
            Shape::Flag,
            "Whether the order of the values matters.",
        )
        .default("false"),
        Key::new("value", Shape::Json, "A constant."),
        Key::new(
            "default",
            Shape::Json,
            "The value that trials had before the parameter was added to a study that had begun: see `tune run --amend`.",
        ),
        Key::new(
            "when",
            Shape::When,
            "Parameters declared before this one, and the values with which this one is active: a value, a \
             list of them, or a test with `min`, `above`, `max`, `below`, `not`. All must hold; `any` holds several of \
             which one must.",
        )
        .synonyms(&["condition", "conditions", "if", "depends_on"]),
    ],
)
.one_of(&[&["min", "max"], &["values"], &["value"]]);

const EXPECTED: &str =
    "a mapping such as `{min: 0.0, max: 1.0}`, `{values: [a, b]}` or `{value: 7}`";

/// Reads all parameters; none if any of them is wrong.
pub(super) fn read(item: &Item<'_>) -> Option<Space> {
    let entries =
        item.names("a mapping from names to parameters, such as `lr: {min: 0.001, max: 0.1}`")?;
    let mut parameters = Vec::with_capacity(entries.len());
    let mut items = Vec::with_capacity(entries.len());
    let mut all_are_read = true;
    for (name, item) in &entries {
        if *name == CONFIGSPACE && item.is_text() {
            let space = configspace(item);
            all_are_read &= space.is_some();
            parameters.extend(
                space
                    .iter()
                    .flat_map(|space| space.parameters().iter().cloned()),
            );
            items.resize(parameters.len(), item);
            continue;
        }
        // Each one on its own, so that all that are wrong are told at once.
        if let Some((bare, parameter)) = parameter(name, item)
            && good(item, &bare)
        {
            parameters.push(parameter);
            items.push(item);
        } else {
            all_are_read = false;
        }
    }
    if !all_are_read {
        return None;
    }
    match Space::new(parameters.iter().cloned()) {
        Ok(space) => Some(space),
        Err(error) => {
            // The first parameter whose coming makes it wrong: with more it stays wrong, so halving finds it.
            let is_right = |n: usize| Space::new(parameters[..n].iter().cloned()).is_ok();
            let (mut right, mut wrong) = (0, parameters.len());
            while wrong - right > 1 {
                let middle = right.midpoint(wrong);
                match is_right(middle) {
                    true => right = middle,
                    false => wrong = middle,
                }
            }
            let culprit = wrong.checked_sub(1).and_then(|index| items.get(index));
            match culprit {
                Some(item) => {
                    let when = item
                        .node()
                        .get("when")
                        .map_or(item.place(), |when| &when.place);
                    item.problem(when, error.to_string())
                }
                None => item.problem(
                    item.place(),
                    "`parameters` is empty: name at least one parameter",
                ),
            }
        }
    }
}

/// What trials had in parameters before these were added, by name; none if any of it is wrong.
pub(super) fn defaults(item: &Item<'_>, space: &Space) -> Option<BTreeMap<String, Literal>> {
    let mut defaults = Some(BTreeMap::new());
    for (name, parameter) in item.names("parameters")? {
        let Some(node) = parameter.node().get("default") else {
            continue;
        };
        let value = parameter.child("default", node);
        let known = space
            .index_of(name)
            .and_then(|place| space.parameter(place));
        let domain = known.map(|parameter| parameter.domain());
        match (value.any_value(), domain) {
            (Some(literal), Some(domain)) if domain.value_of(&literal).is_none() => {
                defaults = value.wrong(format_args!(
                    "is {}, which is not in the domain of the parameter ({domain}): give it a value of that",
                    quoted(&literal.to_string())
                ));
            }
            (Some(literal), Some(_)) => {
                if let Some(defaults) = &mut defaults {
                    defaults.insert(name.to_owned(), literal);
                }
            }
            (_, None) => {}
            (None, _) => defaults = None,
        }
    }
    defaults
}

/// The key of a file that ConfigSpace wrote, unless it is a parameter that is called so.
const CONFIGSPACE: &str = "configspace";

/// The space of a file that ConfigSpace wrote.
fn configspace(item: &Item<'_>) -> Option<Space> {
    let path = item.text("the path of a file that ConfigSpace wrote")?;
    let path = item.folder().unwrap_or_default().join(path);
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) => {
            return item.wrong(format_args!(
                "cannot be read: `{}`: {error}",
                path.display()
            ));
        }
    };
    match serde_json::from_str(&text) {
        Ok(ConfigSpace(space)) => Some(space),
        Err(error) => item.wrong(format_args!(
            "is `{}`, which is not a usable space: {} (line {}, column {})",
            path.display(),
            in_words(&error),
            error.line(),
            error.column()
        )),
    }
}

fn good(item: &Item<'_>, parameter: &Parameter) -> bool {
    match Space::new([parameter.clone()]) {
        Ok(_) => true,
        Err(error) => item
            .problem::<()>(item.place(), error.to_string())
            .is_some(),
    }
}

/// A parameter without and with its condition.
fn parameter(name: &str, item: &Item<'_>) -> Option<(Parameter, Parameter)> {
    let fields = item.fields(&KEYS)?;
    if name.starts_with(ENVIRONMENT_PREFIX) {
        return item.wrong(format_args!(
            "cannot be called this: `${{{name}}}` is a variable of the environment; choose another name"
        ));
    }
    let given: Vec<&str> = ["values", "value", "min", "max"]
        .into_iter()
        .filter(|key| fields.get(key).is_some())
        .collect();
    let bare = match given[..] {
        [] | ["min"] | ["max"] if fields.has_unknown() => None,
        ["values"] => choices(name, &fields),
        ["value"] => {
            refuse(&fields, &["log", "step", "type", "ordered"], "a constant");
            Some(Parameter::categorical(
                name,
                [fields.get("value")?.any_value()?],
            ))
        }
        ["min", "max"] => {
            refuse(&fields, &["ordered"], "a range");
            range(name, &fields)
        }
        ["min"] => item.wrong("has a `min` but no `max`: give it both"),
        ["max"] => item.wrong("has a `max` but no `min`: give it both"),
        [] => item.wrong(format_args!(
            "says nothing about its values: write {EXPECTED}"
        )),
        _ => item.wrong(format_args!(
            "has `{}`: use either `min` and `max`, or `values`, or `value`",
            given.join("`, `")
        )),
    };
    let condition = match fields.get("when") {
        Some(when) => Some(when::read(&when)?),
        None => None,
    };
    let bare = bare?;
    let parameter = match condition {
        Some(condition) => bare.clone().active_if(condition),
        None => bare.clone(),
    };
    Some((bare, parameter))
}

/// Notes settings that do not belong to this kind of parameter.
fn refuse(fields: &Fields<'_>, keys: &[&str], kind: &str) {
    for item in keys.iter().filter_map(|key| fields.get(key)) {
        item.wrong::<()>(format_args!("does not apply to {kind}: remove it"));
    }
}

fn choices(name: &str, fields: &Fields<'_>) -> Option<Parameter> {
    refuse(fields, &["log", "step", "type"], "a list of values");
    let item = fields.get("values")?;
    let values = item.list("a list of values, such as `[adam, sgd]`")?;
    let count = values.len();
    let values: Vec<Literal> = values.iter().filter_map(Item::any_value).collect();
    let ordered = match fields.get("ordered") {
        Some(ordered) => ordered.flag()?,
        None => false,
    };
    if values.len() < count {
        return None;
    }
    Some(if ordered {
        Parameter::ordered(name, values)
    } else {
        Parameter::categorical(name, values)
    })
}

fn range(name: &str, fields: &Fields<'_>) -> Option<Parameter> {
    let (min, max, step) = (fields.get("min")?, fields.get("max")?, fields.get("step"));
    let (low, high) = (written(&min), written(&max));
    let step_written = step.as_ref().map(written);
    let (low, high, step_written) = (
        low?,
        high?,
        step_written.map_or(Some(None), |step| step.map(Some))?,
    );
    let is_float = |number: &Literal| matches!(number, Literal::Float(_));
    let any_float = [Some(&low), Some(&high), step_written.as_ref()]
        .into_iter()
        .flatten()
        .any(is_float);
    let kind = match fields.get("type") {
        None if any_float => "float".to_owned(),
        None => "int".to_owned(),
        Some(item) => match item.text("`float` or `int`")?.as_str() {
            kind @ ("float" | "int") => kind.to_owned(),
            _ => return item.expected("`float` or `int`"),
        },
    };
    let mut parameter = if kind == "float" {
        let (low, high) = (min.number(), max.number());
        Parameter::float(name, low?, high?)
    } else {
        let whole = |item: &Item<'_>, number: Literal| match number.as_i64() {
            Some(bound) => Some(bound),
            None => item.expected("a whole number, since the parameter has `type: int`"),
        };
        let (low, high) = (whole(&min, low), whole(&max, high));
        Parameter::int(name, low?, high?)
    };
    if fields.get("log").map_or(Some(false), |log| log.flag())? {
        parameter = parameter.log();
    }
    if let Some(step) = step {
        parameter = parameter.step(step.number()?);
    }
    Some(parameter)
}

/// A bound or a step as it is written, whichever kind of number it is.
fn written(item: &Item<'_>) -> Option<Literal> {
    if matches!(
        item.node().value,
        Value::Null | Value::List(_) | Value::Map(_)
    ) {
        return item.expected("a number");
    }
    match item.scalar()? {
        number @ Literal::Int(_) => Some(number),
        Literal::Float(number) if number.is_finite() => Some(number.into()),
        _ => item.expected("a number"),
    }
}
