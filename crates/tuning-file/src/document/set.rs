//! Settings of the command line, put over those of the file: `--set budget.trials=80`.

use tuning_core::Literal;

use super::{
    node::{Entry, Node, Place, Value},
    problem::Problem,
    yaml,
};

/// Puts a value at a path of keys with dots between them. Maps on the way are made if they are not there.
pub(crate) fn set(root: &mut Node, path: &str, value: &str, place: Place) -> Result<(), Problem> {
    let refuse = |message: String| Problem::new(place.clone(), message);
    if path.split('.').any(|key| key.trim().is_empty()) {
        return Err(refuse(format!(
            "`{path}` is not a path of keys: write it as in `budget.trials=80`"
        )));
    }
    let mut value = yaml::parse(value).map_err(|problem| refuse(problem.message))?;
    move_to(&mut value, &place);
    let mut node = root;
    let mut walked = String::new();
    for key in path.split('.') {
        node = step(node, key, &place)
            .ok_or_else(|| refuse(format!("`{walked}` has no `{key}`: it is not a mapping")))?;
        walked = if walked.is_empty() {
            key.to_owned()
        } else {
            format!("{walked}.{key}")
        };
    }
    *node = value;
    Ok(())
}

fn step<'a>(node: &'a mut Node, key: &str, place: &Place) -> Option<&'a mut Node> {
    match &node.value {
        // `strategy: grid` with an option set is `strategy: {name: grid, …}`.
        Value::Scalar(Literal::Str(_)) => {
            let name = node.clone();
            let entry = Entry {
                key: "name".into(),
                place: name.place.clone(),
                node: name,
            };
            node.value = Value::Map(vec![entry]);
        }
        Value::Null => node.value = Value::Map(Vec::new()),
        _ => {}
    }
    match &mut node.value {
        Value::List(items) => items.get_mut(key.parse::<usize>().ok()?),
        Value::Map(entries) => {
            let at = entries
                .iter()
                .position(|entry| entry.key == key)
                .unwrap_or_else(|| {
                    let node = Node::new(Value::Null, place.clone());
                    entries.push(Entry {
                        key: key.to_owned(),
                        place: place.clone(),
                        node,
                    });
                    entries.len() - 1
                });
            Some(&mut entries[at].node)
        }
        _ => None,
    }
}

fn move_to(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_to(item, place)),
        Value::Map(entries) => {
            for entry in entries {
                entry.place = place.clone();
                move_to(&mut entry.node, place);
            }
        }
        Value::Null | Value::Scalar(_) | Value::Large(_) | Value::Wrong => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, path: &str, value: &str, expect: &str) {
        let mut root = yaml::parse(file).unwrap();
        let result = set(&mut root, path, value, Place::option("--set"));
        let text = match result {
            Ok(()) => root.to_json().to_string(),
            Err(problem) => problem.message,
        };
        assert_eq!(text, expect);
    }

    #[test]
    fn values_are_put_where_they_belong() {
        check("a: 1", "a", "2", r#"{"a":2}"#);
        check(
            "a: 1",
            "b.c",
            "[x, 1e-3]",
            r#"{"a":1,"b":{"c":["x",0.001]}}"#,
        );
        check("a: [{b: 1}]", "a.0.b", "true", r#"{"a":[{"b":true}]}"#);
        check(
            "strategy: grid",
            "strategy.resolution",
            "5",
            r#"{"strategy":{"name":"grid","resolution":5}}"#,
        );
        check("a: 1", "a.b", "2", "`a` has no `b`: it is not a mapping");
        check(
            "a: 1",
            "a..b",
            "2",
            "`a..b` is not a path of keys: write it as in `budget.trials=80`",
        );
    }
}
