//! Failed trials by their reasons, as lines.

use tuning_core::FailureGroup;

use crate::table::one_line;

/// How many reasons are shown.
const SHOWN: usize = 5;

/// A line for each of the most frequent reasons, and one for the others.
pub(crate) fn lines(groups: &[FailureGroup]) -> impl Iterator<Item = String> {
    let (shown, rest) = groups.split_at(groups.len().min(SHOWN));
    let trials: u64 = rest.iter().map(|group| group.count).sum();
    let rest = (trials > 0).then(|| format!("{trials} × {} other reasons", rest.len()));
    shown
        .iter()
        .map(|group| one_line(&group.to_string()))
        .chain(rest)
}
