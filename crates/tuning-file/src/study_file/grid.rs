//! `grid`: the values of single parameters that a grid takes. It stands for the strategy `grid` with these `points`.

use tuning_core::{Literal, Space, nearest};

use crate::document::{Entry, Fields, Item, Node, Value, quoted};

/// The strategy that this is of.
const GRID: &str = "grid";
/// Its option.
const POINTS: &str = "points";

/// The strategy of a file, with the points of its key `grid` among its options; none if the file names none. What is wrong with a
/// point is noted where it stands.
pub(super) fn strategy(root: &Fields<'_>, space: Option<&Space>) -> Option<Option<Node>> {
    let written = root.get("strategy");
    let options = written.as_ref().filter(|item| is_grid(item));
    if let (Some(points), Some(space)) = (options.and_then(|item| child(item, POINTS)), space) {
        check(&points, space)?;
    }
    let Some(grid) = root.get(GRID) else {
        return Some(written.map(|item| item.node().clone()));
    };
    if let Some(space) = space {
        check(&grid, space)?;
    }
    if written.is_some() && options.is_none() {
        return grid.wrong(
            "lists the points of the strategy `grid`, but `strategy` is another one: remove one of them",
        );
    }
    if options.and_then(|item| item.node().get(POINTS)).is_some() {
        return grid.wrong("stands beside `strategy.points`, which says the same: remove one");
    }
    let place = grid.place().clone();
    let entry = |key: &str, node: Node| Entry {
        key: key.to_owned(),
        place: place.clone(),
        node,
    };
    let name = Node::new(Value::Scalar(Literal::from(GRID)), place.clone());
    let mut entries = vec![entry("name", name)];
    if let Some(Value::Map(options)) = options.map(|item| &item.node().value) {
        entries.clone_from(options);
    }
    entries.push(entry(POINTS, grid.node().clone()));
    Some(Some(Node::new(Value::Map(entries), place)))
}

/// Whether a strategy is a grid: by its name alone, or with options.
fn is_grid(item: &Item<'_>) -> bool {
    let name = item.node().get("name").unwrap_or(item.node());
    name.as_text() == Some(GRID)
}

fn child<'a>(item: &Item<'a>, key: &str) -> Option<Item<'a>> {
    let node = item.node().get(key)?;
    Some(item.child(key, node))
}

/// Whether all are values of their parameters.
fn check(item: &Item<'_>, space: &Space) -> Option<()> {
    let names =
        item.names("lists of values by the names of parameters, such as `{lr: [1e-4, 1e-3]}`")?;
    let mut good = Some(());
    for (name, values) in names {
        let known = space
            .index_of(name)
            .and_then(|place| space.parameter(place));
        let Some(parameter) = known else {
            let names = space.parameters().iter().map(|parameter| parameter.name());
            let advice = match nearest(name, names) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "remove it".to_owned(),
            };
            values.wrong::<()>(format_args!("is not a parameter of the study: {advice}"));
            good = None;
            continue;
        };
        let domain = parameter.domain();
        let Some(list) = values.list("a list of values, such as `[1e-4, 1e-3]`") else {
            good = None;
            continue;
        };
        if list.is_empty() {
            good = values.wrong("is empty: give it at least one value, or remove it");
        }
        let mut seen = Vec::new();
        for value in list {
            let literal = value.any_value();
            let found = literal
                .as_ref()
                .and_then(|literal| domain.value_of(literal));
            match (&literal, found) {
                (Some(_), Some(found)) if seen.contains(&found) => {
                    good = value.wrong(format_args!(
                        "is {} once more: remove one",
                        domain.literal(found)
                    ));
                }
                (Some(_), Some(found)) => seen.push(found),
                (Some(literal), None) => {
                    good = value.wrong(format_args!(
                        "is {}, which is not in the domain of {} ({domain}): give it a value of that",
                        quoted(&literal.to_string()),
                        quoted(name)
                    ));
                }
                (None, _) => good = None,
            }
        }
    }
    good
}
