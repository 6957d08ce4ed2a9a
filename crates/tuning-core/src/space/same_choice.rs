//! Which values people would take for the same choice: `1` and `1.0`, but no others that are not equal.

use std::fmt::{self, Write as _};

use super::literal::Literal;

impl Literal {
    /// Whether people would take the two for the same choice: equal, or equal as numbers.
    pub(super) fn same_choice(&self, other: &Self) -> bool {
        match (self, other) {
            // Beyond 2^53 a float stands for one integer, and not for its neighbours.
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Int(int), Self::Float(float)) | (Self::Float(float), Self::Int(int)) => {
                whole(*float) == Some(*int)
            }
            _ => self.is_like(other, &Self::same_choice),
        }
    }

    /// What those have in common that are the [same choice](Self::same_choice), and no others.
    pub(super) fn key(&self) -> String {
        let mut key = String::new();
        self.write_key(&mut key);
        key
    }

    fn write_key(&self, out: &mut String) {
        match self {
            Self::Null => out.push('n'),
            Self::Bool(value) => out.push(if *value { 't' } else { 'f' }),
            Self::Int(value) => number(out, '#', value),
            Self::Float(value) => match whole(*value) {
                Some(value) => number(out, '#', value),
                None => number(out, '~', value.to_bits()),
            },
            Self::Str(text) => string(out, text),
            Self::List(values) => {
                number(out, '[', values.len());
                values.iter().for_each(|value| value.write_key(out));
            }
            Self::Map(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                number(out, '{', entries.len());
                for (name, value) in entries {
                    string(out, name);
                    value.write_key(out);
                }
            }
        }
    }
}

fn number(out: &mut String, kind: char, number: impl fmt::Display) {
    write!(out, "{kind}{number};").expect("a String takes any text");
}

fn string(out: &mut String, text: &str) {
    number(out, '"', text.len());
    out.push_str(text);
}

/// The integer that a float is.
fn whole(float: f64) -> Option<i64> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    (float.fract() == 0.0 && (-END..END).contains(&float)).then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Literal {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn choices_are_the_same_if_their_keys_are() {
        let texts = [
            "null",
            "true",
            "false",
            "0",
            "-0.0",
            "1",
            "1.0",
            "1.5",
            "\"1\"",
            "[]",
            "{}",
            "[1,[2]]",
            "[1.0,[2.0]]",
            "[[1],2]",
            "[12]",
            "[1,2]",
            "{\"a\":1,\"b\":2}",
            "{\"b\":2.0,\"a\":1}",
            "{\"a\":{\"b\":2}}",
            "9007199254740992",
            "9007199254740992.0",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808.0",
            "-9223372036854775808",
            "-9223372036854775808.0",
            "1e300",
            "\"\"",
            "\"n\"",
        ];
        for a in texts.map(read) {
            for b in texts.map(read) {
                assert_eq!(a.same_choice(&b), a.key() == b.key(), "{a} {b}");
                assert!(a != b || a.same_choice(&b), "{a} {b}");
            }
        }
    }
}
