//! YAML into [`Node`]s. `1e-5` is a number here, as everybody expects but YAML 1.1.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Spanned};
use tuning_core::Literal;

use super::{
    node::{Entry, Node, Place, Value},
    problem::Problem,
};

pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    // A study file has no use for NaN, and one that has is told so by the space.
    options.non_finite_float_policy = serde_saphyr::options::NonFiniteFloatPolicy::PassThrough;
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(raw) => Ok(node(raw)),
        Err(error) => {
            let place = error.location().map_or(Place::START, place);
            let message = error.without_snippet().to_string();
            // Its text ends with the place, which is shown already.
            let message = match message.rfind(" at line ") {
                Some(at) => message[..at].to_owned(),
                None => message,
            };
            let message = match message.strip_prefix("duplicate mapping key: ") {
                Some(rest) => {
                    let key = rest.split(", set ").next().unwrap_or(rest);
                    format!("key `{key}` occurs twice: remove one")
                }
                None => message,
            };
            Err(Problem::new(place, message))
        }
    }
}

/// A value whose parts have places.
enum Raw {
    Null,
    Scalar(Literal),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

fn node(raw: Spanned<Raw>) -> Node {
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Scalar(scalar) => Value::Scalar(scalar),
        Raw::List(items) => Value::List(items.into_iter().map(node).collect()),
        Raw::Map(pairs) => Value::Map(
            pairs
                .into_iter()
                .map(|(key, value)| Entry {
                    place: place(key.referenced),
                    key: key.value,
                    node: node(value),
                })
                .collect(),
        ),
    };
    Node::new(value, place(raw.referenced))
}

fn place(location: Location) -> Place {
    let number = |n: u64| usize::try_from(n).unwrap_or(1).max(1);
    Place::at(number(location.line()), number(location.column()))
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Raw, E> {
        match i64::try_from(value) {
            Ok(value) => Ok(Raw::Scalar(value.into())),
            Err(_) => Err(E::custom(format_args!(
                "the integer {value} is above 2^63 - 1"
            ))),
        }
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut pairs: Vec<(Spanned<String>, _)> = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<String>, _>()? {
            if pairs.iter().any(|(before, _)| before.value == key.value) {
                return Err(A::Error::custom(format_args!(
                    "key `{}` occurs twice",
                    key.value
                )));
            }
            pairs.push((key, value));
        }
        Ok(Raw::Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Literal {
        match parse(&format!("a: {text}\n"))
            .unwrap()
            .get("a")
            .map(|node| node.value.clone())
        {
            Some(Value::Scalar(scalar)) => scalar,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn literals_are_what_they_look_like() {
        for (text, expect) in [
            ("1e-5", Literal::Float(1e-5)),
            ("1e3", Literal::Float(1000.0)),
            ("1.0", Literal::Float(1.0)),
            ("-7", Literal::Int(-7)),
            ("true", Literal::Bool(true)),
            ("yes", "yes".into()),
            ("on", "on".into()),
            ("'1'", "1".into()),
            ("60s", "60s".into()),
            ("1_000", Literal::Int(1000)),
            ("as-proposed:8", "as-proposed:8".into()),
        ] {
            assert_eq!(scalar(text), expect, "{text}");
        }
    }

    #[test]
    fn everything_has_a_place() {
        let root = parse("a: 1\nb:\n  c: [x, 22]\n").unwrap();
        let c = root.get("b").unwrap().get("c").unwrap();
        assert_eq!(c.place, Place::at(3, 6));
        let Value::List(items) = &c.value else {
            panic!("{c:?}")
        };
        assert_eq!(items[1].place, Place::at(3, 10));
        let Value::Map(entries) = &root.value else {
            panic!("{root:?}")
        };
        assert_eq!(entries[1].place, Place::at(2, 1));
    }

    #[test]
    fn a_key_that_occurs_twice_is_told_with_its_place() {
        let problem = parse("a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!(problem.place, Place::at(3, 1));
        assert_eq!(problem.message, "key `a` occurs twice: remove one");
    }

    #[test]
    fn anchors_and_merges_are_resolved() {
        let root = parse("x: &x {min: 1, max: 2}\ny:\n  <<: *x\n  log: true\n").unwrap();
        assert!(root.get("y").unwrap().get("max").is_some());
    }
}
