//! Words in a parameter: `distribution: log_uniform_values`, `low`, `loguniform: [1e-5, 0.1]`.

use std::f64::consts::E;

use super::{
    Within,
    meaning::Meaning,
    remedy::{self, Call},
    translation::Translation,
};
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
        Value::Null | Value::Large(_) | Value::Wrong => return,
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
    let values = remedy::choice(nodes);
    let range = match nodes {
        [a, b] => of_bounds(a, b),
        _ => None,
    };
    match range {
        Some(range) => format!("{values} for a choice, or `{range}` for a range"),
        None => format!("{values} for a choice"),
    }
}

/// The range of two bounds: of integers, if both are.
fn of_bounds(min: &Node, max: &Node) -> Option<Meaning> {
    match (min.to_json().as_i64(), max.to_json().as_i64()) {
        (Some(min), Some(max)) => Meaning::ints(min, max, false),
        _ => Meaning::floats(min.as_number()?, max.as_number()?, false),
    }
}

/// `loguniform(1e-5, 0.1)`, as some command lines have it.
fn of_text(node: &Node) -> Option<String> {
    Call::of_text(node.as_text()?)?.remedy()
}

/// `{loguniform: [1e-5, 0.1]}`, `{_type: loguniform, _value: [1e-5, 0.1]}`, `{lower: …}` is none.
fn of_call(node: &Node) -> Option<String> {
    let arguments = |node: &Node| match &node.value {
        Value::List(nodes) => nodes.clone(),
        _ => vec![node.clone()],
    };
    if let Some(word) = node.get("_type").and_then(Node::as_text) {
        let values = node.get("_value").map(arguments).unwrap_or_default();
        return Call::new(word, values).clips().remedy();
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
        // A word of ours is none of these.
        Call::new(&entry.key, arguments(&entry.node)).remedy()
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
            // With an underscore it is that of W&B, whose bounds are exponents.
            "log_uniform" => remedy::exponents(min, max, E),
            "loguniform" => remedy::log_range(min, max),
            "log" => {
                let base = self.number("base").unwrap_or(10.0);
                drop(self.take("base"));
                remedy::exponents(min, max, base)
            }
            // The logarithm of `1 / x` is spread as evenly as that of `x`.
            "inv_log_uniform_values" => remedy::range(min, max, true),
            "inv_log_uniform" => {
                remedy::exponents(Some(-max.unwrap_or(7.0)), Some(-min.unwrap_or(0.0)), E)
            }
            "q_uniform" | "quniform" => remedy::stepped(min, max, self.number("q"), false),
            "q_log_uniform" => remedy::no_steps_on_a_log_scale(
                Some(min.unwrap_or(-7.0).exp()),
                Some(max.unwrap_or(0.0).exp()),
                self.number("q"),
            ),
            "q_log_uniform_values" => remedy::no_steps_on_a_log_scale(min, max, self.number("q")),
            "normal" | "q_normal" => {
                remedy::normal(self.number("mu"), self.number("sigma"), self.number("q"))
            }
            "log_normal" | "q_log_normal" => {
                remedy::log_normal(self.number("mu"), self.number("sigma"))
            }
            "beta" | "q_beta" => format!(
                "values are spread evenly over a range, never by a beta distribution: {}",
                remedy::range(min.or(Some(0.0)), max, false)
            ),
            "categorical_w_probabilities" => {
                let values = match self.get("values").map(|node| &node.value) {
                    Some(Value::List(nodes)) => remedy::choice(nodes),
                    _ => remedy::choice(&[]),
                };
                format!("all values are equally likely here: {values}")
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
        if let (Some(step), Some(min), Some(max)) =
            (self.number("q"), self.number("min"), self.number("max"))
        {
            let remedy = remedy::stepped(Some(min), Some(max), Some(step), false);
            self.refuse("q", Some("step"), &remedy);
        }
        self.refuse("q", Some("step"), "write `step: 0.1`");
        for key in ["mu", "sigma"] {
            let remedy = remedy::normal(self.number("mu"), self.number("sigma"), None);
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
