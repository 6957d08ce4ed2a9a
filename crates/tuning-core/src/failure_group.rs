//! [`FailureGroup`]: the failed trials of a study that failed for the same reason.

use std::{borrow::Cow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Failure, FailureKind, TrialId};

/// How many reasons are told apart; the others are counted together.
const MOST: usize = 50;

const OTHERS: &str = "other reasons";

/// Trials that failed for the same reason: of one kind, and with the same [gist](Failure::gist) but for numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureGroup {
    /// The class of their failures.
    pub kind: FailureKind,
    /// The gist of the newest failure.
    pub reason: Arc<str>,
    /// How many there are.
    pub count: u64,
    /// The first of them that failed.
    pub first: TrialId,
    /// The newest.
    pub last: TrialId,
}

impl FailureGroup {
    /// Notes a failure among these groups. They are in order: the largest first, of two alike the older one.
    pub(crate) fn note(groups: &mut Vec<Self>, trial: TrialId, failure: &Failure) {
        let gist = failure.gist();
        let without_numbers = plain(&gist);
        let is_same =
            |group: &Self| group.kind == failure.kind && plain(&group.reason) == without_numbers;
        let place = groups.iter().position(is_same).or_else(|| {
            let is_rest = |group: &Self| &*group.reason == OTHERS;
            let rest = groups.iter().position(is_rest);
            rest.filter(|_| groups.len() > MOST)
        });
        let place = place.unwrap_or(groups.len());
        match groups.get_mut(place) {
            Some(group) => {
                group.count += 1;
                group.last = trial;
                if &*group.reason != OTHERS {
                    group.reason = gist.into();
                }
            }
            None => groups.push(Self {
                kind: failure.kind,
                reason: match groups.len() {
                    MOST => OTHERS.into(),
                    _ => gist.into(),
                },
                count: 1,
                first: trial,
                last: trial,
            }),
        }
        let moved = groups[..place].partition_point(|group| group.count >= groups[place].count);
        groups[moved..=place].rotate_right(1);
    }
}

impl fmt::Display for FailureGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count, kind, last, ..
        } = self;
        match &*self.reason {
            "" => write!(f, "{count} × {kind}")?,
            reason => write!(f, "{count} × {kind}: {reason}")?,
        }
        match count {
            1 => write!(f, " (trial {last})"),
            _ => write!(f, " (last: trial {last})"),
        }
    }
}

impl Failure {
    /// The reason in a line. What a program writes before it fails is told by its end: of a traceback the last line of the message,
    /// since that says what happened.
    ///
    /// # Example
    /// ```
    /// use tuning_core::{Failure, FailureKind};
    ///
    /// let reason = "it exited with code 1; the end of its standard error:\n\
    ///     Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\nKeyError: 'lr'";
    /// let failure = Failure::new(FailureKind::Error, reason);
    /// assert_eq!(failure.gist(), "it exited with code 1: KeyError: 'lr'");
    /// ```
    #[must_use]
    pub fn gist(&self) -> String {
        let mut lines = self.reason.lines().filter(|line| !line.trim().is_empty());
        let Some(head) = lines.next() else {
            return String::new();
        };
        let rest: Vec<&str> = lines.collect();
        let Some(last) = telling(&rest) else {
            return head.trim().to_owned();
        };
        let head = match head.trim().strip_suffix(':') {
            // It announces what follows.
            Some(head) => head.rsplit_once("; ").map_or(head, |(head, _)| head),
            None => head.trim(),
        };
        format!("{head}: {}", last.trim())
    }
}

/// The line that says what happened: the last one that is neither a place in the code nor advice.
fn telling<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let is_aside = |line: &str| {
        let text = line.trim_start();
        text.len() < line.len()
            || ["at ", "note:", "Node.js v", "stack backtrace:"]
                .iter()
                .any(|begin| text.starts_with(begin))
    };
    let telling = lines.iter().rev().find(|line| !is_aside(line));
    telling.or(lines.last()).copied()
}

/// The text with each number as one mark.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut in_number = false;
    for c in text.chars() {
        let is_digit = c.is_ascii_digit() || (in_number && matches!(c, '.' | '_'));
        if !is_digit {
            plain.push(c);
        } else if !in_number {
            plain.push('#');
        }
        in_number = is_digit;
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(reasons: impl IntoIterator<Item = String>) -> Vec<FailureGroup> {
        let mut groups = Vec::new();
        for (trial, reason) in (0..).zip(reasons) {
            let failure = Failure::new(FailureKind::Error, reason);
            FailureGroup::note(&mut groups, TrialId::new(trial), &failure);
        }
        groups
    }

    #[test]
    fn failures_are_grouped_by_their_reason_but_for_numbers() {
        let reasons = ["a is 1.5", "b", "b", "a is 17", "c", "b", ""];
        let groups = noted(reasons.map(str::to_owned));
        let shown: Vec<_> = groups.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "3 × error: b (last: trial 5)",
                "2 × error: a is 17 (last: trial 3)",
                "1 × error: c (trial 4)",
                "1 × error (trial 6)",
            ]
        );
    }

    #[test]
    fn a_study_of_ever_other_reasons_keeps_a_bounded_number_of_them() {
        let groups = noted((0..500).map(|n| "x".repeat(n + 1)));
        assert_eq!(groups.len(), MOST + 1);
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 500);
        assert_eq!((&*groups[0].reason, groups[0].count), (OTHERS, 450));
    }

    #[test]
    fn the_gist_is_the_line_that_says_what_happened() {
        let check = |reason: &str, expect: &str| {
            assert_eq!(Failure::new(FailureKind::Error, reason).gist(), expect);
        };
        check("", "");
        check("one line\n", "one line");
        check(
            "it exited with code 2; the end of its output:\n a\n b",
            "it exited with code 2: b",
        );
        check(
            "it exited with code 101; the end of its standard error:\nthread 'main' panicked at src/main.rs:2:5:\nno such file\n\
             note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
            "it exited with code 101: no such file",
        );
        check(
            "it exited with code 1; the end of its standard error:\nReferenceError: lr is not defined\n    at train.js:3:1\n\n\
             Node.js v20.11.0",
            "it exited with code 1: ReferenceError: lr is not defined",
        );
    }
}
