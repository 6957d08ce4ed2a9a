//! JSON into [`Node`]s. serde_json judges the text and reads its strings; this finds the places of values, of which it
//! keeps none, and takes numbers as they are written.

use serde::de::IgnoredAny;
use tuning_core::Literal;

use super::{
    DEEPEST,
    count::Count,
    lines::Lines,
    node::{Entry, Node, Place, Value},
    number,
    problem::Problem,
    quote::quoted,
    seen::Seen,
    yaml::{too_deep, twice},
};

pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let place = Place::at(error.line().max(1), error.column().max(1));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        return Err(Problem::new(place, message));
    }
    Scanner {
        text,
        at: 0,
        lines: Lines::of(text),
        depth: 0,
        count: Count::default(),
    }
    .node()
}

/// Walks over a text that is known to be JSON.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    lines: Lines<'a>,
    /// How many lists and maps are open.
    depth: usize,
    count: Count,
}

impl<'a> Scanner<'a> {
    fn node(&mut self) -> Result<Node, Problem> {
        let place = self.here();
        self.count.add(&place)?;
        let value = match self.peek() {
            b'{' | b'[' if self.depth >= DEEPEST => return Err(too_deep(place)),
            b'{' => self.within(Self::map)?,
            b'[' => self.within(Self::list)?,
            _ => self.scalar(&place)?,
        };
        Ok(Node::new(value, place))
    }

    fn within(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Problem>,
    ) -> Result<Value, Problem> {
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn map(&mut self) -> Result<Value, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = Seen::default();
        self.at += 1;
        while self.peek() != b'}' {
            let place = self.here();
            let key: String = string(self.token(), &place)?;
            if seen.has(&entries, &key) {
                return Err(Problem::new(place, twice(&key)));
            }
            self.skip(b':');
            let node = self.node()?;
            entries.push(Entry { key, place, node });
            self.skip(b',');
        }
        self.at += 1;
        Ok(Value::Map(entries))
    }

    fn list(&mut self) -> Result<Value, Problem> {
        let mut items = Vec::new();
        self.at += 1;
        while self.peek() != b']' {
            items.push(self.node()?);
            self.skip(b',');
        }
        self.at += 1;
        Ok(Value::List(items))
    }

    fn scalar(&mut self, place: &Place) -> Result<Value, Problem> {
        Ok(match self.token() {
            "null" => Value::Null,
            "true" => Value::Scalar(true.into()),
            "false" => Value::Scalar(false.into()),
            token if token.starts_with('"') => Value::Scalar(Literal::from(string(token, place)?)),
            token => match number::read(token) {
                Some(Ok(number)) => number,
                Some(Err(message)) => return Err(Problem::new(place.clone(), message)),
                None => return Err(unreadable(token, place)),
            },
        })
    }

    /// The text, number or word that begins here.
    fn token(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else {
            let ends = |c: char| c.is_ascii_whitespace() || ",]}:".contains(c);
            rest.find(ends).unwrap_or(rest.len())
        };
        self.at += length;
        &rest[..length]
    }

    fn here(&mut self) -> Place {
        self.peek();
        self.lines.place(self.at)
    }

    /// The next byte that is not a blank; the text is JSON, so there is one.
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(b'}')
    }

    fn skip(&mut self, byte: u8) {
        if self.peek() == byte {
            self.at += 1;
        }
    }
}

fn string(token: &str, place: &Place) -> Result<String, Problem> {
    serde_json::from_str(token).map_err(|_| unreadable(token, place))
}

fn unreadable(token: &str, place: &Place) -> Problem {
    Problem::new(place.clone(), format!("{} cannot be read", quoted(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_values_are_found() {
        let text = "{\n\t\"a\\\"b\": [1, 1.0, 1e-5, \"x, \\\\\", null],\n \"c\": {\"d\": true}}";
        let root = parse(text).unwrap();
        let Some(Node {
            value: Value::List(items),
            ..
        }) = root.get("a\"b")
        else {
            panic!("{root:?}")
        };
        let values: Vec<_> = items.iter().map(|item| item.value.clone()).collect();
        let expect = [
            Value::Scalar(Literal::Int(1)),
            Value::Scalar(Literal::Float(1.0)),
            Value::Scalar(Literal::Float(1e-5)),
            Value::Scalar("x, \\".into()),
            Value::Null,
        ];
        assert_eq!(values, expect);
        let d = root.get("c").unwrap().get("d").unwrap();
        assert_eq!(d.place, Place::at(3, 13));
    }

    #[test]
    fn a_key_that_occurs_twice_is_told_with_its_place() {
        let problem = parse("{\"a\": 1,\n \"a\": 2}").unwrap_err();
        assert_eq!(problem.place, Place::at(2, 2));
    }
}
