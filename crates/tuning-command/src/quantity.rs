//! [`Quantity`]: what stands where a number is expected, in JSON or after `name=`.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// What stands where a number is expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Quantity {
    /// A finite number.
    Finite(f64),
    /// No number, as of a program that has diverged: what it is, as the rest of a sentence.
    Missing(Cow<'static, str>),
    /// Something else, perhaps a number in another form: what it is, as the rest of a sentence.
    Other(Cow<'static, str>),
}

/// How much of what stands there is shown.
const SHOWN: usize = 60;

impl Quantity {
    /// Reads the value of a member of a JSON object.
    pub(crate) fn of_json(value: &RawValue) -> Self {
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'"') => match serde_json::from_str::<String>(text) {
                // How the JSON forms of protobuf, pandas and others write what JSON has no number for.
                Ok(string) => match Self::of_word(&string) {
                    Self::Finite(_) => Self::Other(
                        format!("is the string `{text}`: write the number without quotes").into(),
                    ),
                    Self::Missing(what) => Self::Missing(what),
                    Self::Other(_) => Self::Other(format!("is the string {}", quoted(text)).into()),
                },
                Err(_) => Self::Other("is a string".into()),
            },
            Some(b'n') => Self::Missing("is null".into()),
            Some(b't' | b'f') => Self::Other(format!("is {text}, not a number").into()),
            Some(b'[') => Self::Other("is a list: one number is expected".into()),
            Some(b'{') => Self::Other("is an object: one number is expected".into()),
            _ => Self::of_word(text),
        }
    }

    /// Reads the value of a member that is no objective, of which only a number is of interest.
    pub(crate) fn of_metric(word: &str) -> Self {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Finite(number),
            Ok(_) => Self::Missing("is not finite".into()),
            Err(_) if is_nothing(word) => Self::Missing("is empty".into()),
            Err(_) => Self::Other("is not a number".into()),
        }
    }

    /// The same in a JSON object.
    pub(crate) fn of_json_metric(value: &RawValue) -> Self {
        match value.get().trim_matches('"') {
            number if number.len() == value.get().len() => Self::of_metric(number),
            // Only what JSON has no number for is a number in a string.
            word => match Self::of_metric(word) {
                Self::Finite(_) => Self::Other("is a string".into()),
                other => other,
            },
        }
    }

    /// Reads what stands after `name=`.
    pub(crate) fn of_word(word: &str) -> Self {
        if word.is_empty() {
            return Self::Missing("is empty".into());
        }
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Finite(number),
            Ok(_) if word.contains(|c: char| c.is_ascii_digit()) => {
                Self::Missing("is too large for a number".into())
            }
            Ok(number) if number.is_nan() => Self::Missing("is NaN".into()),
            Ok(_) => Self::Missing("is infinite".into()),
            Err(_) => Self::of_other(word),
        }
    }

    fn of_other(word: &str) -> Self {
        if is_nothing(word) {
            return Self::Missing(format!("is {}", quoted(word)).into());
        }
        let other = |remedy: &str| Self::Other(format!("is {}: {remedy}", quoted(word)).into());
        let plain = word.trim_matches(['"', '\'']);
        if plain.len() < word.len() && plain.parse::<f64>().is_ok() {
            return other("write the number without quotes");
        }
        if word.contains(',') && word.replace(',', ".").parse::<f64>().is_ok() {
            return other("write a decimal point, not a comma");
        }
        if word.ends_with(')') && (word.contains("tensor(") || word.contains("float")) {
            return other("print it as a plain number, such as `float(value)` in Python");
        }
        Self::Other(format!("is {}, not a number", quoted(word)).into())
    }
}

/// Whether a word that is no number says that there is none.
fn is_nothing(word: &str) -> bool {
    let unsigned = word.trim_start_matches(['-', '+']);
    let nothing = [
        "",
        "none",
        "null",
        "nil",
        "na",
        "n/a",
        "undefined",
        "missing",
    ];
    // `nan(ind)`, `1.#QNAN`, `1.#INF`: how C runtimes print them.
    let begins = |start: &str| {
        let found = unsigned.get(..start.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    nothing
        .iter()
        .any(|nothing| unsigned.eq_ignore_ascii_case(nothing))
        || begins("nan(")
        || begins("1.#")
}

/// Text in backticks, not too long.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", short(text, SHOWN))
}

/// The beginning of a text, on one line and without control characters.
pub(crate) fn short(text: &str, length: usize) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(length).map(plain).collect();
    if text.chars().nth(length).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: Quantity, expect: &str) {
        let found = match found {
            Quantity::Finite(number) => number.to_string(),
            Quantity::Missing(what) => format!("missing, {what}"),
            Quantity::Other(what) => format!("other, {what}"),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn words_are_told_as_what_they_are() {
        for (word, expect) in [
            ("-4e-1", "-0.4"),
            ("+.5", "0.5"),
            ("1e-999", "0"),
            ("nan", "missing, is NaN"),
            ("-NaN", "missing, is NaN"),
            ("-inf", "missing, is infinite"),
            ("1e999", "missing, is too large for a number"),
            ("", "missing, is empty"),
            ("None", "missing, is `None`"),
            ("-nan(ind)", "missing, is `-nan(ind)`"),
            ("0,5", "other, is `0,5`: write a decimal point, not a comma"),
            (
                "'0.5'",
                "other, is `'0.5'`: write the number without quotes",
            ),
            ("mse", "other, is `mse`, not a number"),
        ] {
            check(Quantity::of_word(word), expect);
        }
    }

    #[test]
    fn members_of_json_are_told_as_what_they_are() {
        let digits = "9".repeat(400);
        for (json, expect) in [
            ("0.5", "0.5"),
            (&*digits, "missing, is too large for a number"),
            ("null", "missing, is null"),
            ("\"Infinity\"", "missing, is infinite"),
            (
                "\"0.5\"",
                "other, is the string `\"0.5\"`: write the number without quotes",
            ),
            ("\"adam\"", "other, is the string `\"adam\"`"),
            ("true", "other, is true, not a number"),
            ("[0.5]", "other, is a list: one number is expected"),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            check(Quantity::of_json(raw), expect);
        }
    }
}
