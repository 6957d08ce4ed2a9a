//! JSON without a character that controls a terminal or cannot be seen: it is written as `\uXXXX`, so that the value is
//! the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use tuning_observers::is_hidden;

/// Writes a value, on one line or for people.
pub(super) fn write(out: &mut impl Write, value: &impl Serialize, pretty: bool) -> io::Result<()> {
    let written = match pretty {
        true => value.serialize(&mut Serializer::with_formatter(
            out,
            Pretty(PrettyFormatter::new()),
        )),
        false => value.serialize(&mut Serializer::with_formatter(
            out,
            Compact(CompactFormatter),
        )),
    };
    Ok(written?)
}

struct Compact(CompactFormatter);
struct Pretty(PrettyFormatter<'static>);

impl Formatter for Compact {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        escaped(out, text)
    }
}

/// Passes on what lays a value out.
macro_rules! passes_on {
    ($($method:ident($($first:ident)?);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$method(out $(, $first)?)
        })*
    };
}

impl Formatter for Pretty {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        escaped(out, text)
    }

    passes_on! {
        begin_array();
        end_array();
        begin_array_value(first);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first);
        begin_object_value();
        end_object_value();
    }
}

fn escaped<W: ?Sized + Write>(out: &mut W, text: &str) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.find(is_hidden) {
        let (plain, hidden) = rest.split_at(at);
        out.write_all(plain.as_bytes())?;
        let mut chars = hidden.chars();
        for unit in chars.next().into_iter().collect::<String>().encode_utf16() {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = chars.as_str();
    }
    out.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_the_same_and_nothing_hidden_is_in_it() {
        let text = "a\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{200b}\u{e0041}\r\n\"\\ größe 🦀";
        let value = serde_json::json!({text: [text, 1, {"b": []}], "e": {}});
        for pretty in [false, true] {
            let mut out = Vec::new();
            write(&mut out, &value, pretty).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(
                !out.contains(|char| is_hidden(char) && char != '\n'),
                "{out}"
            );
            assert_eq!(out.contains('\n'), pretty);
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&out).unwrap(),
                value
            );
        }
        let mut out = Vec::new();
        write(&mut out, &value, true).unwrap();
        let plain = serde_json::json!({"a": [1, {"b": []}], "e": {}});
        let mut own = Vec::new();
        write(&mut own, &plain, true).unwrap();
        assert_eq!(
            String::from_utf8(own).unwrap(),
            serde_json::to_string_pretty(&plain).unwrap()
        );
    }
}
