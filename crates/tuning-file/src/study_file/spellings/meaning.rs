//! [`Meaning`]: what a parameter of another tool is here, and how that is written.

use std::fmt;

use serde_json::Value as Json;

use crate::document::json_text;

/// A parameter as it is written here. Displayed, it is a mapping of YAML that reads back as the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// A range of numbers.
    Floats {
        min: f64,
        max: f64,
        log: bool,
        step: Option<f64>,
    },
    /// A range of integers.
    Ints {
        min: i64,
        max: i64,
        log: bool,
        step: Option<i64>,
    },
    /// One of several values.
    Values { values: Vec<Json>, ordered: bool },
    /// A constant.
    Value(Json),
}

/// The most values that are written out one by one.
const MOST: f64 = 64.0;

impl Meaning {
    /// All numbers from `min` to `max`; none if there are none, or if they are no numbers of ours.
    pub(crate) fn floats(min: f64, max: f64, log: bool) -> Option<Self> {
        let step = None;
        let usable = min.is_finite() && max.is_finite() && (max - min).is_finite();
        match min.partial_cmp(&max)? {
            _ if !usable || (log && min <= 0.0) => None,
            std::cmp::Ordering::Less => Some(Self::Floats {
                min,
                max,
                log,
                step,
            }),
            std::cmp::Ordering::Equal => Some(Self::Value(min.into())),
            std::cmp::Ordering::Greater => None,
        }
    }

    /// All integers from `min` to `max`, both included.
    pub(crate) fn ints(min: i64, max: i64, log: bool) -> Option<Self> {
        let step = None;
        match min.cmp(&max) {
            _ if log && min < 1 => None,
            std::cmp::Ordering::Less => Some(Self::Ints {
                min,
                max,
                log,
                step,
            }),
            std::cmp::Ordering::Equal => Some(Self::Value(min.into())),
            std::cmp::Ordering::Greater => None,
        }
    }

    /// The multiples of `step` that numbers from `min` to `max` are rounded to.
    pub(crate) fn rounded(min: f64, max: f64, step: f64) -> Option<Self> {
        if !(step > 0.0 && min <= max) {
            return None;
        }
        let (low, high) = (multiple(min, step)?, multiple(max, step)?);
        if low == high {
            return Some(Self::Value(low.into()));
        }
        Some(Self::Floats {
            min: low,
            max: high,
            log: false,
            step: Some(step),
        })
    }

    /// The same, cut off at `min` and `max` afterwards.
    pub(crate) fn clipped(min: f64, max: f64, step: f64) -> Option<Self> {
        let rounded = Self::rounded(min, max, step)?;
        if multiple(min, step)? == min && multiple(max, step)? == max {
            return Some(rounded);
        }
        if (max - min) / step > MOST {
            return None;
        }
        let count = ((max - min) / step).round() as u32 + 2;
        let first = multiple(min, step)?;
        let mut values: Vec<f64> = Vec::new();
        for n in 0..=count {
            let value = multiple(first + f64::from(n) * step, step)?.clamp(min, max);
            if values.last() != Some(&value) && value <= multiple(max, step)?.max(min) {
                values.push(value);
            }
        }
        let values = values.into_iter().map(Json::from).collect();
        Some(Self::Values {
            values,
            ordered: true,
        })
    }

    /// The same of integers, if all three are.
    pub(crate) fn whole(self) -> Self {
        let int =
            |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
        match self {
            Self::Floats {
                min,
                max,
                log,
                step: Some(step),
            } => match (int(min), int(max), int(step)) {
                (Some(min), Some(max), Some(step)) => Self::Ints {
                    min,
                    max,
                    log,
                    step: Some(step),
                },
                _ => Self::Floats {
                    min,
                    max,
                    log,
                    step: Some(step),
                },
            },
            Self::Value(Json::Number(number)) => match number.as_f64().and_then(int) {
                Some(int) => Self::Value(int.into()),
                None => Self::Value(Json::Number(number)),
            },
            other => other,
        }
    }

    /// One of these; of those that are there twice, one.
    pub(crate) fn values(all: impl IntoIterator<Item = Json>) -> Option<Self> {
        let mut values: Vec<Json> = Vec::new();
        for value in all {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let ordered = false;
        (!values.is_empty()).then_some(Self::Values { values, ordered })
    }
}

/// The multiple of `step` that is nearest to a number, with no more digits than it needs.
fn multiple(number: f64, step: f64) -> Option<f64> {
    // As Python's `round` does it: halves go to the even neighbour.
    let multiple = (number / step).round_ties_even() * step;
    let short: f64 = format!("{multiple:.12e}").parse().ok()?;
    short.is_finite().then_some(short + 0.0)
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = |log: &bool| if *log { ", log: true" } else { "" };
        match self {
            Self::Floats {
                min,
                max,
                log: scale,
                step,
            } => {
                write!(f, "{{min: {min:?}, max: {max:?}{}", log(scale))?;
                step.map_or(Ok(()), |step| write!(f, ", step: {step:?}"))?;
            }
            Self::Ints {
                min,
                max,
                log: scale,
                step,
            } => {
                write!(f, "{{min: {min}, max: {max}{}", log(scale))?;
                step.map_or(Ok(()), |step| write!(f, ", step: {step}"))?;
            }
            Self::Values { values, ordered } => {
                let values: Vec<String> = values.iter().map(written).collect();
                write!(f, "{{values: [{}]", values.join(", "))?;
                if *ordered {
                    f.write_str(", ordered: true")?;
                }
            }
            Self::Value(value) => write!(f, "{{value: {}", written(value))?,
        }
        f.write_str("}")
    }
}

/// A longer key is marked as one: otherwise YAML takes no more than 1024 characters for a key.
pub(crate) const LONGEST_KEY: usize = 1000;

/// A value in the flow style of YAML.
pub(crate) fn written(value: &Json) -> String {
    match value {
        Json::String(text) if is_plain(text) => text.clone(),
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => format!("{float:?}"),
            _ => number.to_string(),
        },
        Json::Array(values) => {
            let values: Vec<String> = values.iter().map(written).collect();
            format!("[{}]", values.join(", "))
        }
        Json::Object(entries) => {
            let entry = |(key, value): (&String, &Json)| {
                let key = Json::from(key.as_str());
                let (key, value) = (written(&key), written(value));
                match key.len() > LONGEST_KEY {
                    true => format!("? {key} : {value}"),
                    false => format!("{key}: {value}"),
                }
            };
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => json_text(other),
    }
}

/// Whether a text stands for itself without quotes, in every version of YAML.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "none",
        "infinity",
    ];
    let letter = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(letter)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(meaning: Option<Meaning>, expect: &str) {
        let found = meaning.map_or("none".to_owned(), |meaning| meaning.to_string());
        assert_eq!(found, expect);
    }

    #[test]
    fn ranges_are_written_as_what_they_hold() {
        check(
            Meaning::floats(1e-5, 1.0, true),
            "{min: 1e-5, max: 1.0, log: true}",
        );
        check(Meaning::floats(0.0, 1.0, true), "none");
        check(Meaning::floats(2.0, 2.0, false), "{value: 2.0}");
        check(Meaning::ints(0, 9, false), "{min: 0, max: 9}");
        check(Meaning::ints(3, 2, false), "none");
        check(
            Meaning::rounded(0.05, 0.5, 0.1),
            "{min: 0.0, max: 0.5, step: 0.1}",
        );
        check(
            Meaning::clipped(0.0, 1.0, 0.25),
            "{min: 0.0, max: 1.0, step: 0.25}",
        );
        check(
            Meaning::clipped(1.0, 10.0, 4.0),
            "{values: [1.0, 4.0, 8.0], ordered: true}",
        );
        check(
            Meaning::rounded(8.0, 128.0, 8.0).map(Meaning::whole),
            "{min: 8, max: 128, step: 8}",
        );
    }

    #[test]
    fn values_are_written_so_that_they_read_back() {
        let values = [
            json!("adam"),
            json!("yes"),
            json!("1e3"),
            json!("a, b"),
            json!(null),
            json!([64, [1.0]]),
            json!({"a b": 1}),
            json!("adam"),
        ];
        check(
            Meaning::values(values),
            r#"{values: [adam, "yes", "1e3", "a, b", null, [64, [1.0]], {"a b": 1}]}"#,
        );
        check(Meaning::values([]), "none");
    }
}
