//! Words in a parameter: `distribution: log_uniform_values`, `low`, `loguniform: [1e-5, 0.1]`.

use std::f64::consts::E;

use super::{Within, remedy, translation::Translation};
use crate::document::{Entry, Node, Reading, Value};

/// Puts the words of one parameter into ours.
pub(super) fn translate(entry: &mut Entry, reading: &Reading) {
    let path = format!("parameters.{}", entry.key);
    let refuse = |node: &mut Node, remedy: &str| {
        let message = format!("`{path}`: {remedy}");
        reading.problems.add(&node.place, message);
        node.value = Value::Wrong;
    };
    let node = &mut entry.node;
    match &node.value {
        Value::Map(_) => {}
        Value::List(nodes) => {
            let remedy = of_list(nodes);
            return refuse(node, &remedy);
        }
        Value::Scalar(_) => {
            if let Some(remedy) = of_text(node) {
                refuse(node, &remedy);
            }
            return;
        }
        Value::Null | Value::Wrong => return,
    }
    if let Some(remedy) = of_call(node) {
        return refuse(node, &remedy);
    }
    let mut parameter = Translation::new(node, reading, &path);
    parameter.kind_of_ax();
    parameter.rename(Within::Parameter);
    parameter.bounds();
    parameter.kind();
    parameter.rest();
}

/// `[1e-5, 0.1]` may or may not be a range.
fn of_list(nodes: &[Node]) -> String {
    let shown: Vec<String> = nodes.iter().filter_map(remedy::shown).collect();
    let values = format!("write `{{values: [{}]}}` for a choice", shown.join(", "));
    match (&shown[..], nodes) {
        ([min, max], [a, b]) if a.as_number().is_some() && b.as_number().is_some() => {
            format!("{values}, or `{{min: {min}, max: {max}}}` for a range")
        }
        _ => values,
    }
}

/// `loguniform(1e-5, 0.1)`, as some command lines have it.
fn of_text(node: &Node) -> Option<String> {
    let (word, rest) = node.as_text()?.split_once('(')?;
    let arguments: Vec<Node> = rest
        .strip_suffix(')')?
        .split(',')
        .filter_map(|text| crate::document::Format::Yaml.parse(text.trim()).ok())
        .collect();
    remedy::of_call(word.trim(), &arguments.iter().collect::<Vec<_>>())
}

/// `{loguniform: [1e-5, 0.1]}`, `{_type: loguniform, _value: [1e-5, 0.1]}`, `{lower: …}` is none.
fn of_call(node: &Node) -> Option<String> {
    let arguments = |node: &Node| match &node.value {
        Value::List(nodes) => nodes.clone(),
        _ => vec![node.clone()],
    };
    if let Some(word) = node.get("_type").and_then(Node::as_text) {
        let values = node.get("_value").map(arguments).unwrap_or_default();
        return remedy::of_call(word, &values.iter().collect::<Vec<_>>());
    }
    if node.get("parameters").is_some() {
        return Some(
            "a parameter cannot contain others: write them side by side, and `when: {parent: value}` into those \
             that depend on one"
                .to_owned(),
        );
    }
    let Value::Map(entries) = &node.value else {
        return None;
    };
    entries.iter().find_map(|entry| {
        let values = arguments(&entry.node);
        // A word of ours is none of these.
        remedy::of_call(&entry.key, &values.iter().collect::<Vec<_>>())
    })
}

impl Translation<'_> {
    fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(Node::as_number)
    }

    /// `{type: range, value_type: int}`: two words for what is one here.
    fn kind_of_ax(&mut self) {
        let says_nothing = match self.get("type").and_then(Node::as_text) {
            Some("range") => self.get("bounds").is_some(),
            Some("choice") => self.get("values").is_some(),
            Some("fixed") => self.get("value").is_some(),
            _ => false,
        };
        if says_nothing && self.get("value_type").is_some() {
            self.take("type");
        }
    }

    /// `bounds: [0.0, 1.0]`.
    fn bounds(&mut self) {
        let is_pair = |node: &Node| matches!(&node.value, Value::List(nodes) if nodes.len() == 2);
        if self.get("bounds").is_some_and(|node| !is_pair(node)) {
            let remedy = "write `min` and `max`, as in `{min: 0.0, max: 1.0}`";
            self.refuse("bounds", None, remedy);
            return;
        }
        let Some(bounds) = self.take("bounds") else {
            return;
        };
        let Value::List(nodes) = &bounds.node.value else {
            return;
        };
        for (key, node) in ["min", "max"].into_iter().zip(nodes) {
            let entry = Entry {
                key: "bounds".to_owned(),
                place: node.place.clone(),
                node: node.clone(),
            };
            self.put(key, entry);
        }
    }

    /// What `type` says, which may have been called `distribution`.
    fn kind(&mut self) {
        let Some(word) = self.get("type").and_then(Node::as_text) else {
            return;
        };
        let word = word.to_lowercase();
        let (min, max) = (self.number("min"), self.number("max"));
        let remedy = match word.as_str() {
            "float" | "int" => return,
            "uniform" | "double" => return self.is_of("float"),
            "int_uniform" | "integer" => return self.is_of("int"),
            "log_uniform_values" => {
                self.is_of("float");
                return self.is_log();
            }
            // These say nothing that is not said already, if what they speak of is there.
            "categorical" | "choice" | "discrete" if self.get("values").is_some() => {
                return drop(self.take("type"));
            }
            "constant" | "const" | "fixed" if self.get("value").is_some() => {
                return drop(self.take("type"));
            }
            "range" if self.get("min").is_some() => return drop(self.take("type")),
            "categorical" | "choice" | "discrete" => {
                "it has no `values`: write `{values: [a, b]}`".to_owned()
            }
            "constant" | "const" | "fixed" => "it has no `value`: write `{value: 7}`".to_owned(),
            "log_uniform" | "loguniform" => remedy::exponents(min, max, E),
            "log" => {
                let base = self.number("base").unwrap_or(10.0);
                drop(self.take("base"));
                remedy::exponents(min, max, base)
            }
            "inv_log_uniform" | "inv_log_uniform_values" => format!(
                "there is no such scale here: {}, or let the program compute `1 / x`",
                remedy::range(min, max, ", log: true")
            ),
            "q_uniform" | "quniform" => remedy::stepped(min, max, self.number("q")),
            "q_log_uniform" | "q_log_uniform_values" => remedy::no_steps_on_a_log_scale(
                Some(if word == "q_log_uniform" {
                    min.unwrap_or(-7.0).exp()
                } else {
                    min.unwrap_or(0.001)
                }),
                Some(if word == "q_log_uniform" {
                    max.unwrap_or(0.0).exp()
                } else {
                    max.unwrap_or(1.0)
                }),
            ),
            "normal" | "q_normal" => remedy::normal(self.number("mu"), self.number("sigma")),
            "log_normal" | "q_log_normal" => {
                remedy::log_normal(self.number("mu"), self.number("sigma"))
            }
            "beta" | "q_beta" => format!(
                "values are spread evenly over a range, never by a beta distribution: {}",
                remedy::range(min.or(Some(0.0)), max, "")
            ),
            "categorical_w_probabilities" => {
                "all values are equally likely here: write `{values: [a, b]}`".to_owned()
            }
            _ => return,
        };
        for key in ["q", "mu", "sigma", "probabilities", "a", "b"] {
            drop(self.take(key));
        }
        let parameter = self.within.trim_end_matches('.');
        let message = format!("`{parameter}` is `{word}`: {remedy}");
        let place = self.get("type").map(|node| node.place.clone());
        if let Some(place) = place {
            self.reading.problems.add(&place, message);
        }
        self.map.value = Value::Wrong;
    }

    fn is_of(&mut self, kind: &str) {
        if let Some(entry) = self.take("type") {
            let entry = entry.put_text(kind);
            self.put("type", entry);
        }
    }

    fn is_log(&mut self) {
        let Some(entry) = self.get("type") else {
            return;
        };
        let place = entry.place.clone();
        let node = Node::new(Value::Scalar(true.into()), place.clone());
        let key = "distribution".to_owned();
        self.put("log", Entry { key, place, node });
    }

    /// Settings of ranges that have no equal.
    fn rest(&mut self) {
        if self.map.value == Value::Wrong {
            return;
        }
        if let Some(step) = self.get("q") {
            let step = remedy::shown(step).unwrap_or_else(|| "0.1".to_owned());
            self.refuse("q", Some("step"), &format!("write `step: {step}`"));
        }
        for key in ["mu", "sigma"] {
            let remedy = remedy::normal(self.number("mu"), self.number("sigma"));
            self.refuse(key, None, &remedy);
        }
        let equally = "all values are equally likely here: remove it";
        for key in ["probabilities", "weights"] {
            self.refuse(key, None, equally);
        }
        if let Some(base) = self.get("base") {
            let remedy = match base.as_number() {
                Some(_) => "remove it: the base of a logarithmic scale makes no difference",
                None => "remove it",
            };
            self.refuse("base", None, remedy);
        }
    }
}
