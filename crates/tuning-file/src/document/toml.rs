//! TOML into [`Node`]s, keys in the order of the file.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    DEEPEST,
    count::Count,
    lines::Lines,
    node::{Entry, Node, Place, Value},
    number,
    problem::Problem,
    quote::quoted,
    toml_bounds,
    yaml::{too_deep, twice},
};

pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let lines = Lines::of(text);
    toml_bounds::check(text, &lines)?;
    build(text, &lines)
}

/// Reads a document that is within the bounds.
pub(super) fn build(text: &str, lines: &Lines<'_>) -> Result<Node, Problem> {
    let mut count = Count::default();
    let table = DeTable::parse(text).map_err(|error| {
        let place = error
            .span()
            .map_or(Place::START, |span| lines.place(span.start));
        let at = error.span().and_then(|span| text.get(span));
        match (error.message(), at) {
            ("duplicate key", Some(key)) => Problem::new(place, twice(key)),
            (message, _) if message.contains("recursion") => too_deep(place),
            (message, _) => Problem::new(place, message),
        }
    })?;
    Ok(Node::new(
        map(table.get_ref(), lines, 1, &mut count)?,
        Place::START,
    ))
}

fn map(
    table: &DeTable<'_>,
    lines: &Lines<'_>,
    depth: usize,
    count: &mut Count,
) -> Result<Value, Problem> {
    let mut pairs: Vec<_> = table.iter().collect();
    // A parameter must come after its parent: the order means something.
    pairs.sort_by_key(|(key, _)| key.span().start);
    let mut entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        Ok(Entry {
            key: String::from(AsRef::<str>::as_ref(key.get_ref())),
            place: lines.place(key.span().start),
            node: node(value, lines, depth, count)?,
        })
    };
    Ok(Value::Map(
        pairs
            .into_iter()
            .map(&mut entry)
            .collect::<Result<_, _>>()?,
    ))
}

/// `depth`: how many lists and maps it is in.
fn node(
    value: &Spanned<DeValue<'_>>,
    lines: &Lines<'_>,
    depth: usize,
    count: &mut Count,
) -> Result<Node, Problem> {
    let place = lines.place(value.span().start);
    count.add(&place)?;
    let is_nested = matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_));
    if is_nested && depth >= DEEPEST {
        return Err(too_deep(place));
    }
    let refuse = |message| Problem::new(place.clone(), message);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Scalar((&**text).into()),
        DeValue::Boolean(value) => Value::Scalar((*value).into()),
        DeValue::Integer(integer) => {
            number::integer(integer.as_str(), integer.radix(), &integer.to_string())
        }
        DeValue::Float(float) => {
            Value::Scalar(number::float(float.as_str(), float.as_str()).map_err(refuse)?)
        }
        DeValue::Datetime(time) => {
            let time = time.to_string();
            return Err(refuse(format!(
                "{} is a date or a time, which no setting is: quote it if it is a string",
                quoted(&time)
            )));
        }
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| node(item, lines, depth + 1, count))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => map(table, lines, depth + 1, count)?,
    };
    Ok(Node::new(value, place))
}

#[cfg(test)]
mod tests {
    use tuning_core::Literal;

    use super::*;

    #[test]
    fn keys_keep_the_order_of_the_file_and_their_places() {
        let root =
            parse("z = 1\n[parameters.b]\nmin = 1e-5\n[parameters.a]\nmin = 0x10\n").unwrap();
        let Some(Node {
            value: Value::Map(entries),
            ..
        }) = root.get("parameters")
        else {
            panic!("{root:?}")
        };
        assert_eq!(
            entries.iter().map(|e| &*e.key).collect::<Vec<_>>(),
            ["b", "a"]
        );
        assert_eq!(entries[1].place, Place::at(4, 13));
        assert_eq!(
            entries[0].node.get("min").unwrap().value,
            Value::Scalar(Literal::Float(1e-5))
        );
        assert_eq!(
            entries[1].node.get("min").unwrap().value,
            Value::Scalar(Literal::Int(16))
        );
    }

    #[test]
    fn errors_have_places() {
        let problem = parse("a = 1\na = 2\n").unwrap_err();
        assert_eq!(problem.place, Place::at(2, 1));
    }
}
