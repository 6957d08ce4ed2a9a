//! TOML into [`Node`]s, keys in the order of the file.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use tuning_core::Literal;

use super::{
    lines::Lines,
    node::{Entry, Node, Place, Value},
    problem::Problem,
};

pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let place = error
            .span()
            .map_or(Place::START, |span| lines.place(span.start));
        Problem::new(place, error.message())
    })?;
    Ok(Node::new(map(table.get_ref(), &lines)?, Place::START))
}

fn map(table: &DeTable<'_>, lines: &Lines<'_>) -> Result<Value, Problem> {
    let mut pairs: Vec<_> = table.iter().collect();
    // A parameter must come after its parent: the order means something.
    pairs.sort_by_key(|(key, _)| key.span().start);
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        Ok(Entry {
            key: String::from(AsRef::<str>::as_ref(key.get_ref())),
            place: lines.place(key.span().start),
            node: node(value, lines)?,
        })
    };
    Ok(Value::Map(
        pairs.into_iter().map(entry).collect::<Result<_, _>>()?,
    ))
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Result<Node, Problem> {
    let place = lines.place(value.span().start);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Scalar((&**text).into()),
        DeValue::Boolean(value) => Value::Scalar((*value).into()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => Value::Scalar(value.into()),
            Err(_) => {
                let message = format!("the integer {} is above 2^63 - 1", integer.as_str());
                return Err(Problem::new(place, message));
            }
        },
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(value) => Value::Scalar(Literal::Float(value)),
            Err(_) => {
                return Err(Problem::new(
                    place,
                    format!("`{}` is not a number", float.as_str()),
                ));
            }
        },
        DeValue::Datetime(time) => Value::Scalar(time.to_string().into()),
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| node(item, lines))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => map(table, lines)?,
    };
    Ok(Node::new(value, place))
}

#[cfg(test)]
mod tests {
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
