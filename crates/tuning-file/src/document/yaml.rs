//! YAML into [`Node`]s: the parser's events, put together with a limit to everything that may grow.
//!
//! What a word without quotes is says [`number`], so that no number changes its kind on the way.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, Span, Tag};
use tuning_core::Literal;

use super::{
    DEEPEST,
    count::Count,
    node::{Entry, Node, Place, Value},
    number,
    problem::Problem,
    quote::quoted,
    seen::Seen,
};

/// How many values aliases may repeat in all: a few lines can stand for more than any memory holds.
const MOST_REPEATED: usize = 100_000;

/// How many values may have an anchor, those counted again that are within others: each is kept for its aliases.
const MOST_ANCHORED: usize = 1_000_000;

pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut parser = Parser::new_from_str(text);
    let mut tree = Tree::default();
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| match error.kind() {
            ErrorKind::RecursionLimitExceeded => too_deep(place(error.marker())),
            ErrorKind::UnknownAnchor => Problem::new(
                place(error.marker()),
                "an alias stands for a value that has no anchor: write `&NAME` before that value, above this line",
            ),
            _ => Problem::new(place(error.marker()), error.info()),
        })?;
        tree.take(event, span)?;
    }
    Ok(tree.root.unwrap_or(Node::new(Value::Null, Place::START)))
}

fn place(at: &Marker) -> Place {
    Place::at(at.line().max(1), at.col() + 1)
}

/// A tree that grows.
#[derive(Default)]
struct Tree {
    root: Option<Node>,
    /// What has begun and not ended, each within the one before it.
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    anchored: usize,
    count: Count,
    repeated: usize,
    documents: usize,
}

/// A list or a map that has not ended.
struct Open {
    parts: Parts,
    place: Place,
    anchor: usize,
}

enum Parts {
    List(Vec<Node>),
    Map(Map),
}

#[derive(Default)]
struct Map {
    entries: Vec<Entry>,
    seen: Seen,
    /// The key whose value comes next.
    key: Option<Key>,
    /// The keys that were merged, and may be written again.
    merged: BTreeMap<String, usize>,
}

struct Key {
    text: String,
    place: Place,
    /// `<<`, which merges what comes.
    merges: bool,
}

/// What an alias repeats.
struct Anchored {
    node: Node,
    values: usize,
    depth: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let place = place(&span.start);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Problem::new(
                        place,
                        "a second document begins here: a file is one",
                    ));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.is_at_key() {
                    return self.key(&text, style, tag.as_deref(), place);
                }
                let value = scalar(&text, style, tag.as_deref())
                    .map_err(|message| Problem::new(place.clone(), message))?;
                return self.put(Node::new(value, place), anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                return self.open(
                    Parts::List(Vec::new()),
                    "seq",
                    anchor,
                    tag.as_deref(),
                    place,
                );
            }
            Event::MappingStart(_, anchor, tag) => {
                return self.open(
                    Parts::Map(Map::default()),
                    "map",
                    anchor,
                    tag.as_deref(),
                    place,
                );
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open {
                    parts,
                    place,
                    anchor,
                }) = self.open.pop()
                else {
                    return Ok(());
                };
                let value = match parts {
                    Parts::List(nodes) => Value::List(nodes),
                    Parts::Map(map) => Value::Map(map.entries),
                };
                return self.put(Node::new(value, place), anchor);
            }
            Event::Alias(anchor) => return self.repeat(anchor, place),
            _ => {}
        }
        Ok(())
    }

    fn is_at_key(&self) -> bool {
        match self.open.last() {
            Some(Open {
                parts: Parts::Map(map),
                ..
            }) => map.key.is_none(),
            _ => false,
        }
    }

    fn key(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        place: Place,
    ) -> Result<(), Problem> {
        let Some(Open {
            parts: Parts::Map(map),
            ..
        }) = self.open.last_mut()
        else {
            return Ok(());
        };
        let merges = text == "<<" && style == ScalarStyle::Plain && tag.is_none();
        let is_twice =
            !merges && map.seen.has(&map.entries, text) && !map.merged.contains_key(text);
        if is_twice {
            return Err(Problem::new(place, twice(text)));
        }
        map.key = Some(Key {
            text: text.to_owned(),
            place,
            merges,
        });
        Ok(())
    }

    fn open(
        &mut self,
        parts: Parts,
        kind: &str,
        anchor: usize,
        tag: Option<&Tag>,
        place: Place,
    ) -> Result<(), Problem> {
        if self.is_at_key() {
            return Err(Problem::new(
                place,
                "a key is a list or a mapping: write a string",
            ));
        }
        if self.open.len() >= DEEPEST {
            return Err(too_deep(place));
        }
        if let Some(tag) = tag.filter(|tag| tag.core_suffix() != Some(kind)) {
            return Err(Problem::new(place, unknown(tag)));
        }
        self.open.push(Open {
            parts,
            place,
            anchor,
        });
        Ok(())
    }

    /// Puts a value where one is due.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.count.add(&node.place)?;
        if anchor != 0 {
            let (values, depth) = extent(&node);
            self.anchored += values;
            if self.anchored > MOST_ANCHORED {
                let message =
                    format!("anchors stand for more than {MOST_ANCHORED} values: write fewer");
                return Err(Problem::new(node.place, message));
            }
            let node = node.clone();
            self.anchors.insert(
                anchor,
                Anchored {
                    node,
                    values,
                    depth,
                },
            );
        }
        match self.open.last_mut().map(|open| &mut open.parts) {
            None => self.root = Some(node),
            Some(Parts::List(nodes)) => nodes.push(node),
            Some(Parts::Map(map)) => map.put(node)?,
        }
        Ok(())
    }

    fn repeat(&mut self, anchor: usize, place: Place) -> Result<(), Problem> {
        if self.is_at_key() {
            return Err(Problem::new(place, "a key is an alias: write a string"));
        }
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(Problem::new(
                place,
                "an alias stands within what it repeats: write that out",
            ));
        };
        if self.open.len() + anchored.depth > DEEPEST {
            return Err(too_deep(place));
        }
        self.repeated += anchored.values;
        if self.repeated > MOST_REPEATED {
            let message = format!("aliases repeat more than {MOST_REPEATED} values: write fewer");
            return Err(Problem::new(place, message));
        }
        let mut node = anchored.node.clone();
        node.place = place;
        self.put(node, 0)
    }
}

impl Map {
    fn put(&mut self, node: Node) -> Result<(), Problem> {
        let Some(Key {
            text,
            place,
            merges,
        }) = self.key.take()
        else {
            return Ok(());
        };
        if merges {
            return self.merge(node);
        }
        let entry = Entry {
            key: text,
            place,
            node,
        };
        match self.merged.remove(&entry.key) {
            Some(index) => self.entries[index] = entry,
            None => self.entries.push(entry),
        }
        Ok(())
    }

    /// Takes the entries of a map, or of several, that have no equal here.
    fn merge(&mut self, node: Node) -> Result<(), Problem> {
        let maps = match node.value {
            Value::List(nodes) => nodes,
            _ => vec![node],
        };
        for map in maps {
            let Value::Map(entries) = map.value else {
                let message = format!("`<<` merges a mapping or a list of them, not {}", map.value);
                return Err(Problem::new(map.place, message));
            };
            for entry in entries {
                if !self.seen.has(&self.entries, &entry.key) {
                    self.merged.insert(entry.key.clone(), self.entries.len());
                    self.entries.push(entry);
                }
            }
        }
        Ok(())
    }
}

/// How many values there are, and how deep they are nested.
fn extent(node: &Node) -> (usize, usize) {
    let of = |nodes: &mut dyn Iterator<Item = &Node>| {
        nodes
            .map(extent)
            .fold((1, 1), |(values, depth), (more, deep)| {
                (values + more, depth.max(deep + 1))
            })
    };
    match &node.value {
        Value::List(nodes) => of(&mut nodes.iter()),
        Value::Map(entries) => {
            let (values, depth) = of(&mut entries.iter().map(|entry| &entry.node));
            // A long key is kept, too.
            let keys: usize = entries.iter().map(|entry| entry.key.len() / 64).sum();
            (values + keys, depth)
        }
        _ => (1, 0),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return match style {
            ScalarStyle::Plain => plain(text),
            _ => Ok(Value::Scalar(text.into())),
        };
    };
    let kind = tag.core_suffix();
    let value = match kind {
        Some("str") => return Ok(Value::Scalar(text.into())),
        None if tag.original() == "!" => return Ok(Value::Scalar(text.into())),
        Some(_) => plain(text)?,
        None => return Err(unknown(tag)),
    };
    match (kind, value) {
        (Some("float"), Value::Scalar(Literal::Int(value)))
            if number::as_float(value).is_some() =>
        {
            Ok(Value::Scalar((value as f64).into()))
        }
        (Some("int"), value @ (Value::Scalar(Literal::Int(_)) | Value::Large(_)))
        | (Some("float"), value @ Value::Scalar(Literal::Float(_)))
        | (Some("bool"), value @ Value::Scalar(Literal::Bool(_)))
        | (Some("null"), value @ Value::Null) => Ok(value),
        _ => Err(format!(
            "{} is not what its tag `{}` says: remove the tag",
            quoted(text),
            tag.original()
        )),
    }
}

/// What a word without quotes is.
pub(super) fn plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Scalar(true.into()),
        "false" | "False" | "FALSE" => Value::Scalar(false.into()),
        // A study has no use for these, and one that has them is told so by the space.
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            Value::Scalar(f64::INFINITY.into())
        }
        "-.inf" | "-.Inf" | "-.INF" => Value::Scalar(f64::NEG_INFINITY.into()),
        ".nan" | ".NaN" | ".NAN" => Value::Scalar(f64::NAN.into()),
        _ => match number::read(text) {
            Some(number) => number?,
            None => Value::Scalar(text.into()),
        },
    })
}

fn unknown(tag: &Tag) -> String {
    format!(
        "the tag {} means nothing here: remove it",
        quoted(&tag.original())
    )
}

pub(super) fn twice(key: &str) -> String {
    format!("key {} occurs twice: remove one", quoted(key))
}

pub(super) fn too_deep(place: Place) -> Problem {
    Problem::new(
        place,
        format!("this is nested more than {DEEPEST} deep: write it flatter"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        let node = parse(&format!("a: {text}\n")).map_err(|problem| problem.message)?;
        Ok(node.get("a").unwrap().value.clone())
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
            ("!!str 03", "03".into()),
            ("! 3", "3".into()),
            ("!!float 3", Literal::Float(3.0)),
            ("|\n  1\n", "1\n".into()),
        ] {
            assert_eq!(value(text), Ok(Value::Scalar(expect)), "{text}");
        }
        assert_eq!(value("~"), Ok(Value::Null));
        assert_eq!(value(""), Ok(Value::Null));
    }

    #[test]
    fn tags_that_lie_or_mean_nothing_are_refused() {
        for text in [
            "!!int 1.0",
            "!!bool 1",
            "!!float x",
            "!env HOME",
            "!!set {a, b}",
            "!!binary aGk=",
        ] {
            assert!(value(text).is_err(), "{text}");
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
        let root =
            parse("x: &x {min: 1, max: 2}\ny:\n  <<: *x\n  max: 3\n  log: true\nz: [*x, *x]\n")
                .unwrap();
        let y = root.get("y").unwrap();
        assert_eq!(y.to_json().to_string(), r#"{"min":1,"max":3,"log":true}"#);
        assert_eq!(
            root.get("z").unwrap().to_json().to_string(),
            r#"[{"min":1,"max":2},{"min":1,"max":2}]"#
        );
        let first = parse("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {z: 3, <<: [*a, *b]}").unwrap();
        let c = first.get("c").unwrap();
        assert_eq!(c.to_json().to_string(), r#"{"z":3,"x":1,"y":2}"#);
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let check = |text: &str, expect: &str| {
            let message = parse(text).unwrap_err().message;
            assert!(message.contains(expect), "{message}");
        };
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for k in 1..20 {
            let before = format!("*a{}, ", k - 1).repeat(10);
            laughs += &format!("a{k}: &a{k} [{before}]\n");
        }
        check(&laughs, "aliases repeat more than 100000 values");
        let nested: String = (0..60).map(|k| format!("&a{k} [")).collect();
        let nested = format!("{nested}{}{}", "1, ".repeat(50_000), "]".repeat(60));
        check(&nested, "anchors stand for more than 1000000 values");
        check("a: &a [*a]", "an alias stands within what it repeats");
        check("? [a]\n: b", "a key is a list or a mapping");
        check("<<: 3", "`<<` merges a mapping");
        check("a: 1\n---\na: 2", "a second document");
    }
}
