//! [`Line`]: what one line of output says, if it says anything.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, de::MapAccess, de::Visitor};
use serde_json::value::RawValue;
use tuning_core::Objectives;

use crate::quantity::{Quantity, short};

/// What a line (or a result file) says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// By name, in the order of the line; of a name that occurs twice the last one counts.
    pub(crate) members: Vec<(String, Quantity)>,
    /// Whether it was written `name: value`, as a log line that means nothing also may be.
    pub(crate) doubtful: bool,
    /// Whether it says nothing else.
    pub(crate) whole: bool,
    /// The parameters are not allowed together, for this reason.
    pub(crate) infeasible: Option<String>,
}

/// What stands between pairs.
const BETWEEN: [char; 4] = [' ', '\t', ',', ';'];

/// The name under which a program says that the parameters are not allowed together.
const INFEASIBLE: &str = "infeasible";

/// How much of such a reason is kept.
const LONGEST_REASON: usize = 1000;

impl Line {
    /// Reads a line of output; none if it is just output.
    pub(crate) fn parse(bytes: &[u8], objectives: &Objectives) -> Option<Self> {
        let bytes = bytes.trim_ascii();
        if *bytes.first()? == b'{' {
            let text = String::from_utf8_lossy(bytes);
            return match Self::object(&text, objectives) {
                Ok(line) => Some(line),
                Err(error) => broken(&text, &error, objectives),
            };
        }
        if !bytes.contains(&b'=') && !bytes.contains(&b':') {
            return None;
        }
        pairs(&String::from_utf8_lossy(bytes), objectives)
    }

    /// Reads a JSON object, in which words such as `NaN` and `None` may stand bare, as other programs
    /// write them.
    pub(crate) fn object(text: &str, objectives: &Objectives) -> Result<Self, serde_json::Error> {
        let quoted;
        let Members(members) = match serde_json::from_str(text) {
            Ok(members) => members,
            Err(error) => match quote_words(text) {
                Cow::Borrowed(_) => return Err(error),
                Cow::Owned(text) => {
                    quoted = text;
                    serde_json::from_str(&quoted).map_err(|_| error)?
                }
            },
        };
        let mut line = Self {
            members: Vec::with_capacity(members.len()),
            doubtful: false,
            whole: true,
            infeasible: None,
        };
        for (name, value) in members {
            if name == INFEASIBLE && !is_objective(&name, objectives) {
                line.infeasible = reason(value);
            } else {
                let quantity = match is_objective(&name, objectives) {
                    true => Quantity::of_json(value),
                    false => Quantity::of_json_metric(value),
                };
                line.members.push((name, quantity));
            }
        }
        Ok(line)
    }

    /// Numbers and nothing else.
    pub(crate) fn numbers(members: Vec<(String, Quantity)>) -> Self {
        Self {
            whole: true,
            ..Self::of(members)
        }
    }

    fn of(members: Vec<(String, Quantity)>) -> Self {
        Self {
            members,
            doubtful: false,
            whole: false,
            infeasible: None,
        }
    }
}

/// The members of a JSON object, with their values as they are written: a number may be too large for
/// any type, and a value nested as deeply as it likes.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// Why the parameters are not allowed together, if the value of `infeasible` says that they are not.
fn reason(value: &RawValue) -> Option<String> {
    let text = value.get();
    if let Ok(reason) = serde_json::from_str::<String>(text) {
        return Some(short(&reason, LONGEST_REASON));
    }
    spoken(text)
}

/// The same of a word, or of JSON that is no string.
fn spoken(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    match &*lower {
        "false" | "no" | "0" | "0.0" | "null" | "none" | "[]" | "{}" => None,
        "" | "true" | "yes" | "1" => Some(String::new()),
        _ => Some(short(text, LONGEST_REASON)),
    }
}

/// A line that looks like a JSON object and is none: what it says of objectives cannot be read.
fn broken(text: &str, error: &serde_json::Error, objectives: &Objectives) -> Option<Line> {
    let named = |name: &str| {
        let key = format!("\"{name}\"");
        let mut places = text.match_indices(&key);
        places.any(|(at, _)| text[at + key.len()..].trim_start().starts_with(':'))
    };
    let what = format!("cannot be read: the line is not a JSON object: {error}");
    let members: Vec<_> = objectives
        .iter()
        .filter(|objective| named(&objective.name))
        .map(|objective| (objective.name.clone(), Quantity::Other(what.clone().into())))
        .collect();
    (!members.is_empty()).then(|| Line::of(members))
}

/// Puts bare words outside of strings, such as `NaN`, `-Infinity`, `nan` and `None`, in quotes.
fn quote_words(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut in_string = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => at += 1,
            b'-' | b'a'..=b'z' | b'A'..=b'Z' if !in_string => {
                let letters = at + usize::from(*byte == b'-');
                let word = |byte: &u8| byte.is_ascii_alphabetic();
                let end = letters + bytes[letters..].iter().take_while(|b| word(b)).count();
                let known = ["true", "false", "null"].contains(&&text[at..end]);
                if end > letters && !known {
                    out.push_str(&text[copied..at]);
                    out.extend(["\"", &text[at..end], "\""]);
                    copied = end;
                }
                at = end;
                continue;
            }
            // The exponent of a number is no word.
            b'0'..=b'9' if !in_string => {
                let number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                at += bytes[at..].iter().take_while(|b| number(b)).count();
                continue;
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

/// Reads a line that begins with `name=value` or `name: value`.
fn pairs(text: &str, objectives: &Objectives) -> Option<Line> {
    let mut line = Line::of(Vec::new());
    let mut infeasible = None;
    let mut rest = text;
    while let Some(head) = Head::of(rest, objectives) {
        line.doubtful |= head.colon;
        let (word, after) = value(head.after, objectives);
        if head.name == INFEASIBLE && !is_objective(head.name, objectives) {
            let alone = line.members.is_empty() && infeasible.is_none() && !head.colon;
            infeasible = Some((word, alone.then(|| head.after.trim())));
        } else {
            let quantity = match is_objective(head.name, objectives) {
                true => Quantity::of_word(word),
                false => Quantity::of_metric(word),
            };
            line.members.push((head.name.to_owned(), quantity));
        }
        rest = after.trim_start_matches(BETWEEN);
    }
    line.whole = rest.is_empty();
    line.infeasible = match infeasible {
        Some((word, None)) if line.whole => spoken(word),
        Some((word, Some(_))) if line.whole && !line.doubtful => spoken(word),
        Some((_, Some(words))) => spoken(words),
        _ => None,
    };
    (line.infeasible.is_some() || infeasible.is_some() || !line.members.is_empty()).then_some(line)
}

/// The beginning of a pair.
struct Head<'a> {
    name: &'a str,
    colon: bool,
    after: &'a str,
}

impl<'a> Head<'a> {
    fn of(text: &'a str, objectives: &Objectives) -> Option<Self> {
        // The name of an objective may hold anything.
        let known = objectives
            .iter()
            .filter_map(|objective| Some((text.get(..objective.name.len())?, &*objective.name)))
            .filter(|(begins, name)| begins == name)
            .map(|(begins, _)| (begins, text[begins.len()..].trim_start_matches([' ', '\t'])))
            .find(|(_, after)| after.starts_with(['=', ':']));
        let (name, after) = match known {
            Some(known) => known,
            None => {
                let (name, after) = text.split_at(text.find(['=', ':'])?);
                (name.trim_end(), after)
            }
        };
        (known.is_some() || is_name(name)).then(|| Self {
            name,
            colon: after.starts_with(':'),
            after: &after[1..],
        })
    }
}

/// The value after `name=`, and what follows it.
fn value<'a>(text: &'a str, objectives: &Objectives) -> (&'a str, &'a str) {
    let begin = text.trim_start();
    let end = begin.find(BETWEEN).unwrap_or(begin.len());
    let word = &begin[..end];
    if begin.len() < text.len() && Head::of(word, objectives).is_some() {
        // `loss= acc=0.5` has no value for `loss`.
        return ("", begin);
    }
    // `0,5` is one number, written with a decimal comma; `epoch=1,loss=0.5` is two pairs.
    if let Some(fraction) = begin[end..].strip_prefix(',') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let whole = word.trim_start_matches(['-', '+']);
        let is_number = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && digits > 0 {
            let word = &begin[..fraction.find(BETWEEN).unwrap_or(fraction.len()) + end + 1];
            return (word, &begin[word.len()..]);
        }
    }
    (word, &begin[end..])
}

fn is_objective(name: &str, objectives: &Objectives) -> bool {
    objectives.iter().any(|objective| objective.name == name)
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
    use tuning_core::Objective;

    fn parse(line: &str) -> Option<Line> {
        let objectives = ["loss", "a b", "größe"].map(Objective::minimize);
        Line::parse(line.as_bytes(), &Objectives::new(objectives).unwrap())
    }

    /// The members of a line in short: numbers as they are, `-` for none, `?` for something else.
    fn members(line: &Line) -> String {
        let members = line.members.iter().map(|(name, quantity)| match quantity {
            Quantity::Finite(number) => format!("{name}={number}"),
            Quantity::Missing(_) => format!("{name}=-"),
            Quantity::Other(_) => format!("{name}=?"),
        });
        members.collect::<Vec<_>>().join(" ")
    }

    fn check(line: &str, expect: &str) {
        let found = parse(line).unwrap_or_else(|| panic!("{line}: just output"));
        assert_eq!(members(&found), expect, "{line}");
        assert!(found.whole, "{line}");
    }

    #[test]
    fn json_objects_are_read_with_what_other_programs_add() {
        check(
            r#" {"epoch": 3, "loss": 0.41, "note": "x=1"} "#,
            "epoch=3 loss=0.41 note=?",
        );
        check(r#"{"loss": NaN}"#, "loss=-");
        check(
            r#"{"a\"": -Infinity, "b": "NaN, \" NaN", "c":nan, "d": None, "e": 1e5}"#,
            "a\"=- b=? c=- d=- e=100000",
        );
        check(
            r#"{"loss": null, "ok": true, "nested": {"x": [1]}}"#,
            "loss=- ok=? nested=?",
        );
        check(r#"{"loss": 1, "loss": 2}"#, "loss=1 loss=2");
    }

    #[test]
    fn a_number_of_any_length_and_a_value_of_any_depth_is_read() {
        let digits = "7".repeat(300);
        let line = format!(r#"{{"step": {digits}, "big": 1e999, "loss": 0.5}}"#);
        let found = members(&parse(&line).unwrap());
        assert!(found.ends_with(" big=- loss=0.5"), "{found}");
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        check(
            &format!(r#"{{"deep": {deep}, "loss": 0.5}}"#),
            "deep=? loss=0.5",
        );
    }

    #[test]
    fn pairs_are_read_in_many_spellings() {
        check("loss=0.41", "loss=0.41");
        check("loss: 0.41", "loss=0.41");
        check("val/loss = -4e-1", "val/loss=-0.4");
        check("epoch=3, loss=0.5;acc@1=.9\t", "epoch=3 loss=0.5 acc@1=0.9");
        check("epoch=1,loss=0.5", "epoch=1 loss=0.5");
        check("loss=nan gap=-inf", "loss=- gap=-");
        check("loss=0.41 path=/tmp/x eta=12:30", "loss=0.41 path=? eta=?");
        check("a b=1 größe: 2", "a b=1 größe=2");
        check("loss= epoch=2", "loss=- epoch=2");
        check("epoch=2 loss=", "epoch=2 loss=-");
        check("loss=0,5 acc=0.9", "loss=? acc=0.9");
    }

    #[test]
    fn other_lines_are_just_output() {
        for line in [
            "",
            "epoch 3 of 9",
            "Epoch 3: loss=0.41",
            "12:30:45 start",
            "best loss=0.3",
            "see https://example.org",
            "=0.3",
            "{not json}",
            "{'loss': 0.4}",
            "[1, 2]",
            "0.41",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn a_line_that_breaks_off_is_not_whole_and_still_names_its_objective() {
        for (line, expect) in [
            (r#"{"loss": 0.4"#, "loss=?"),
            (r#"{"loss": 0.4,}"#, "loss=?"),
            (r#"{"acc": 1, "loss" : tensor(0.5)}"#, "loss=?"),
            ("epoch=2 loss=nan (diverged)", "epoch=2 loss=-"),
            ("loss=0.5 so far", "loss=0.5"),
        ] {
            let found = parse(line).unwrap();
            assert_eq!(
                (members(&found).as_str(), found.whole),
                (expect, false),
                "{line}"
            );
        }
        assert_eq!(parse(r#"{"gloss": 0.4"#), None);
    }

    #[test]
    fn infeasible_is_told_with_its_reason() {
        for (line, expect) in [
            (r#"{"infeasible": "too big"}"#, Some("too big")),
            (r#"{"infeasible": ""}"#, Some("")),
            (r#"{"infeasible": true}"#, Some("")),
            (r#"{"infeasible": 1}"#, Some("")),
            (r#"{"infeasible": {"a": [1]}}"#, Some(r#"{"a": [1]}"#)),
            (r#"{"infeasible": ["b"]}"#, Some(r#"["b"]"#)),
            (r#"{"infeasible": false, "loss": 1}"#, None),
            (r#"{"infeasible": null, "loss": 1}"#, None),
            (r#"{"infeasible": 0, "loss": 1}"#, None),
            ("infeasible=true", Some("")),
            ("infeasible=too big: 3 = 4", Some("too big: 3 = 4")),
            ("loss=1 infeasible=True", Some("")),
            ("infeasible=0 loss=1", None),
            ("infeasible=false", None),
        ] {
            let found = parse(line).unwrap().infeasible;
            assert_eq!(found.as_deref(), expect, "{line}");
        }
    }
}
