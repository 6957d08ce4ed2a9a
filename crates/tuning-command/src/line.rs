//! [`Line`]: what one line of output says, if it says anything. It knows no objectives.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// What a line (or a result file) says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// Numbers by name.
    Numbers {
        /// In the order of the line; of a name that occurs twice the last one counts.
        numbers: Vec<(String, f64)>,
        /// Whether it was written `name: value`, as a log line that means nothing also may be.
        doubtful: bool,
    },
    /// The parameters are not allowed together, for this reason.
    Infeasible(String),
}

impl Line {
    /// Reads a line of output; none if it is just output.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.trim_ascii();
        match (bytes.first()?, bytes.last()?) {
            (b'{', b'}') => Self::object(&String::from_utf8_lossy(bytes)).ok(),
            (first, _) if first.is_ascii_alphabetic() || *first == b'_' => {
                if !bytes.contains(&b'=') && !bytes.contains(&b':') {
                    return None;
                }
                pairs(std::str::from_utf8(bytes).ok()?)
            }
            _ => None,
        }
    }

    /// Reads a JSON object, in which `NaN` and `Infinity` may stand as Python writes them.
    pub(crate) fn object(text: &str) -> Result<Self, serde_json::Error> {
        let object: Map<String, Value> = match serde_json::from_str(text) {
            Ok(object) => object,
            Err(error) => match quote_non_finite(text) {
                Cow::Borrowed(_) => return Err(error),
                Cow::Owned(text) => serde_json::from_str(&text)?,
            },
        };
        match object.get("infeasible") {
            Some(Value::String(reason)) => return Ok(Self::Infeasible(reason.clone())),
            Some(Value::Bool(true)) => return Ok(Self::Infeasible(String::new())),
            _ => {}
        }
        let number = |(name, value): (String, Value)| number(&value).map(|value| (name, value));
        Ok(Self::Numbers {
            numbers: object.into_iter().filter_map(number).collect(),
            doubtful: false,
        })
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        // How the JSON forms of protobuf, pandas and others write what JSON has no number for.
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// Puts bare `NaN`, `Infinity` and `-Infinity` outside of strings in quotes.
fn quote_non_finite(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut in_string = false;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => at += 1,
            b'N' | b'I' | b'-' if !in_string => {
                let words = ["NaN", "Infinity", "-Infinity"];
                if let Some(word) = words.iter().find(|word| text[at..].starts_with(**word)) {
                    out.push_str(&text[copied..at]);
                    out.extend(["\"", word, "\""]);
                    at += word.len();
                    copied = at;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Reads a line that is nothing but `name=value` or `name: value` pairs.
fn pairs(line: &str) -> Option<Line> {
    const BETWEEN: [char; 4] = [' ', '\t', ',', ';'];
    let mut numbers = Vec::new();
    let mut doubtful = false;
    let mut rest = line;
    while !rest.is_empty() {
        let (name, after) = rest.split_at(rest.find(['=', ':'])?);
        let name = name.trim_end();
        if !is_name(name) {
            return None;
        }
        doubtful |= after.starts_with(':');
        let after = after[1..].trim_start();
        let end = after.find(BETWEEN).unwrap_or(after.len());
        numbers.push((name.to_owned(), after[..end].parse().ok()?));
        rest = after[end..].trim_start_matches(BETWEEN);
    }
    Some(Line::Numbers { numbers, doubtful })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-./@%".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &[(&str, f64)]) {
        let Some(Line::Numbers { numbers, .. }) = Line::parse(line.as_bytes()) else {
            panic!("{line}: no numbers");
        };
        let expect: Vec<_> = expect
            .iter()
            .map(|(name, x)| ((*name).to_owned(), *x))
            .collect();
        // NaN is equal to itself here.
        assert_eq!(format!("{numbers:?}"), format!("{expect:?}"), "{line}");
    }

    #[test]
    fn json_objects_are_read_with_what_python_adds() {
        check(
            r#" {"epoch": 3, "loss": 0.41, "note": "x=1"} "#,
            &[("epoch", 3.0), ("loss", 0.41)],
        );
        check(r#"{"loss": NaN}"#, &[("loss", f64::NAN)]);
        check(
            r#"{"a\"": -Infinity, "b": "NaN, \" NaN", "c":Infinity}"#,
            &[("a\"", f64::NEG_INFINITY), ("c", f64::INFINITY)],
        );
        check(r#"{"loss": null, "ok": true, "nested": {"x": 1}}"#, &[]);
    }

    #[test]
    fn pairs_are_read_in_many_spellings() {
        check("loss=0.41", &[("loss", 0.41)]);
        check("loss: 0.41", &[("loss", 0.41)]);
        check("val/loss = -4e-1", &[("val/loss", -0.4)]);
        check(
            "epoch=3, loss=0.5;acc@1=.9\t",
            &[("epoch", 3.0), ("loss", 0.5), ("acc@1", 0.9)],
        );
        check(
            "loss=nan gap=-inf",
            &[("loss", f64::NAN), ("gap", f64::NEG_INFINITY)],
        );
    }

    #[test]
    fn other_lines_are_just_output() {
        for line in [
            "",
            "epoch 3 of 9",
            "Epoch 3: loss=0.41",
            "12:30:45 start",
            "time: 12:30:45",
            "loss=0.41 path=/tmp/x",
            "best loss=0.3",
            "see https://example.org",
            "loss=",
            "=0.3",
            "{not json}",
            r#"{"loss": 0.4"#,
            "[1, 2]",
            "0.41",
        ] {
            assert_eq!(Line::parse(line.as_bytes()), None, "{line}");
        }
        assert_eq!(Line::parse(b"loss=\xff"), None);
    }

    #[test]
    fn infeasible_is_told_with_its_reason() {
        let infeasible = |line: &str| match Line::parse(line.as_bytes()) {
            Some(Line::Infeasible(reason)) => Some(reason),
            _ => None,
        };
        assert_eq!(
            infeasible(r#"{"infeasible": "too big"}"#).as_deref(),
            Some("too big")
        );
        assert_eq!(infeasible(r#"{"infeasible": true}"#).as_deref(), Some(""));
        assert_eq!(infeasible(r#"{"infeasible": false, "loss": 1}"#), None);
    }
}
