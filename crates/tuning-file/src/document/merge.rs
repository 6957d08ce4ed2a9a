//! Putting one file over another: maps merge key by key, everything else is replaced, and what comes
//! later wins.

use std::collections::BTreeMap;

use super::node::{Entry, Node, Value};

/// Whether a map is to replace another one as a whole, because the two make no sense together: given
/// the keys that lead there, the earlier and the later map.
pub(super) type Replaces = fn(path: &[&str], base: &Node, over: &Node) -> bool;

/// Puts `over` over `base`. A key with nothing in `over` removes what `base` has there.
pub(super) fn merge(base: Node, over: Node, replaces: Replaces) -> Node {
    at(base, over, replaces, &[])
}

fn at(base: Node, over: Node, replaces: Replaces, path: &[&str]) -> Node {
    if replaces(path, &base, &over) {
        return over;
    }
    match (base.value, over.value) {
        (Value::Map(base), Value::Map(over_entries)) => {
            let entries = entries(base, over_entries, replaces, path);
            Node::new(Value::Map(entries), over.place)
        }
        (_, value) => Node::new(value, over.place),
    }
}

/// What is there already keeps its place in the order, in which parameters depend on each other.
fn entries(base: Vec<Entry>, over: Vec<Entry>, replaces: Replaces, path: &[&str]) -> Vec<Entry> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (place, entry) in base.iter().enumerate() {
        places.entry(entry.key.clone()).or_insert(place);
    }
    let mut merged: Vec<Option<Entry>> = base.into_iter().map(Some).collect();
    for entry in over {
        let Some(place) = places.get(&entry.key).copied() else {
            places.insert(entry.key.clone(), merged.len());
            merged.push(Some(entry));
            continue;
        };
        merged[place] = match (merged[place].take(), &entry.node.value) {
            (Some(_), Value::Null) => None,
            (Some(earlier), _) => {
                let path = [path, &[entry.key.as_str()]].concat();
                let node = at(earlier.node, entry.node, replaces, &path);
                Some(Entry { node, ..entry })
            }
            (None, _) => Some(entry),
        };
    }
    merged.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;

    fn check(base: &str, over: &str, expect: &str) {
        let parse = |text| Format::Yaml.parse(text).unwrap();
        let merged = merge(parse(base), parse(over), |path, _, over| {
            path == ["whole"] || over.get("kind").is_some()
        });
        assert_eq!(merged.to_json().to_string(), expect, "{base} + {over}");
    }

    #[test]
    fn maps_merge_and_all_else_is_replaced() {
        check("{a: 1, b: 2}", "{b: 3, c: 4}", r#"{"a":1,"b":3,"c":4}"#);
        check(
            "{m: {a: 1, b: {x: 1}}}",
            "{m: {b: {y: 2}}}",
            r#"{"m":{"a":1,"b":{"x":1,"y":2}}}"#,
        );
        check("{a: [1, 2]}", "{a: [3]}", r#"{"a":[3]}"#);
        check("{a: {x: 1}}", "{a: 7}", r#"{"a":7}"#);
        check("{a: 7}", "{a: {x: 1}}", r#"{"a":{"x":1}}"#);
    }

    #[test]
    fn nothing_removes_what_was_there_and_stays_where_nothing_was() {
        check("{a: 1, b: 2}", "{a: null, c: null}", r#"{"b":2,"c":null}"#);
        check("{m: {a: 1, b: 2}}", "{m: {a: ~}}", r#"{"m":{"b":2}}"#);
    }

    #[test]
    fn some_maps_replace() {
        check("{whole: {a: 1}}", "{whole: {b: 2}}", r#"{"whole":{"b":2}}"#);
        check("{m: {a: 1}}", "{m: {kind: x}}", r#"{"m":{"kind":"x"}}"#);
    }

    #[test]
    fn each_value_keeps_its_place() {
        let parse = |text| Format::Yaml.parse(text).unwrap();
        let merged = merge(parse("a: {x: 1}"), parse("\na: {y: 2}"), |_, _, _| false);
        let line = |key: &str| match merged.get("a").unwrap().get(key).unwrap().place {
            super::super::Place::File { line, .. } => line,
            _ => panic!("{merged:?}"),
        };
        assert_eq!((line("x"), line("y")), (1, 2));
    }
}
