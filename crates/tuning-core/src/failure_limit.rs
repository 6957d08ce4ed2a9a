//! [`FailureLimit`]: how many failed trials are a sign that something is broken.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::SettingError;

/// How many failed trials end a study early: a script that is broken must not use up its budget.
///
/// Trials count in the order in which the strategy learns their results. A paused trial has not failed; one that was cancelled, or whose
/// parameters are not allowed together, says nothing of the script and does not count. A study that ended for this
/// reason can be resumed: what failed before does not count again.
///
/// It reads and writes as text: `first 5 alike`, `5 in a row`, `0.5 of the first 20`, `never`.
///
/// # Example
/// ```
/// use tuning_core::{Budget, FailureLimit};
///
/// let budget = Budget::trials(100).failures("5 in a row".parse()?);
/// assert_eq!(budget.failures, FailureLimit::InARow(5));
/// assert_eq!(FailureLimit::default().to_string(), "first 5 alike");
/// # Ok::<(), tuning_core::SettingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum FailureLimit {
    /// The first trials all failed, with failures of one [kind](crate::FailureKind), and none since has done better.
    Alike(u64),
    /// This many in a row failed, in whatever way.
    InARow(u64),
    /// At least this share of the first trials failed.
    Share {
        /// The share, above 0 and up to 1.
        share: f64,
        /// Of how many trials.
        first: u64,
    },
    /// Failed trials never end the study.
    Never,
}

impl Default for FailureLimit {
    /// The first five trials failed alike.
    fn default() -> Self {
        Self::Alike(5)
    }
}

impl FailureLimit {
    /// Whether this is the limit of a study that says nothing of failures.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks that it makes sense.
    ///
    /// # Errors
    /// If it counts no trials, or its share is not above 0 and at most 1.
    pub fn check(self) -> Result<Self, SettingError> {
        let trials = match self {
            Self::Never => return Ok(self),
            Self::Alike(trials) | Self::InARow(trials) => trials,
            Self::Share { share, first } => {
                if !(share > 0.0 && share <= 1.0) {
                    return Err(SettingError::new(format!(
                        "the share {share} of failed trials must be above 0 and at most 1, as in `0.5 of the first 20`"
                    )));
                }
                first
            }
        };
        if trials == 0 {
            return Err(SettingError::new(format!(
                "the limit `{self}` of failed trials counts none: use at least 1, or `never`"
            )));
        }
        Ok(self)
    }
}

impl fmt::Display for FailureLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alike(trials) => write!(f, "first {trials} alike"),
            Self::InARow(trials) => write!(f, "{trials} in a row"),
            Self::Share { share, first } => write!(f, "{share} of the first {first}"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl FromStr for FailureLimit {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let unknown = || {
            let meant = match text.trim().parse::<u64>() {
                Ok(trials) => format!("did you mean `{trials} in a row`?"),
                Err(_) => {
                    "write `5 in a row`, `0.5 of the first 20`, `first 5 alike`, or `never`".into()
                }
            };
            SettingError::new(format!("unknown limit `{text}` of failed trials: {meant}"))
        };
        let count = |word: &str| word.parse::<u64>().map_err(|_| unknown());
        let words: Vec<&str> = text.split_whitespace().collect();
        let limit = match words[..] {
            ["never"] => Self::Never,
            ["first", trials, "alike"] => Self::Alike(count(trials)?),
            [trials, "in", "a", "row"] => Self::InARow(count(trials)?),
            [share, "of", "the", "first", first] => Self::Share {
                share: share.parse().map_err(|_| unknown())?,
                first: count(first)?,
            },
            _ => return Err(unknown()),
        };
        limit.check()
    }
}

impl TryFrom<String> for FailureLimit {
    type Error = SettingError;

    fn try_from(text: String) -> Result<Self, SettingError> {
        text.parse()
    }
}

impl From<FailureLimit> for String {
    fn from(limit: FailureLimit) -> Self {
        limit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_limit_are_the_same_thing() {
        for text in [
            "first 5 alike",
            "5 in a row",
            "0.5 of the first 20",
            "never",
        ] {
            assert_eq!(text.parse::<FailureLimit>().unwrap().to_string(), text);
        }
        let check = |text: &str, expect: &str| {
            let error = text.parse::<FailureLimit>().unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("5", "did you mean `5 in a row`?");
        check("0 in a row", "use at least 1, or `never`");
        check("first 0 alike", "use at least 1, or `never`");
        check("0.5 of the first 0", "use at least 1, or `never`");
        check("1.5 of the first 20", "above 0 and at most 1");
        check("0 of the first 20", "above 0 and at most 1");
        check("NaN of the first 20", "above 0 and at most 1");
        for text in [
            "",
            "always",
            "five in a row",
            "5 row",
            "-1 in a row",
            "50% of the first 20",
        ] {
            check(text, "write `5 in a row`, `0.5 of the first 20`");
        }
    }
}
