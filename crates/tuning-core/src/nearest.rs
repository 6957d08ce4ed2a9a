//! What was probably meant by a misspelled name.

/// Returns the name that is nearest to `name`, if it is near enough to be meant; of equally near ones,
/// the first.
///
/// A third of the letters may be wrong, and two swapped neighbours count as one (the optimal string
/// alignment distance).
///
/// # Example
/// ```
/// use tuning_core::nearest;
///
/// let names = ["learning_rate", "layers", "lr"];
/// assert_eq!(nearest("laeyrs", names), Some("layers"));
/// assert_eq!(nearest("optimizer", names), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // With more wrong letters, the hint would puzzle more than it helps.
    let limit = 1 + length / 3;
    names
        .into_iter()
        // The lengths alone are as far apart: a name may be as long as a file.
        .filter(|other| other.chars().count().abs_diff(length) <= limit)
        .map(|other| (distance(name, other), other))
        // A name that shares no letter with this one is not what was meant, however short both are.
        .filter(|(distance, other)| {
            *distance <= limit && *distance < length.max(other.chars().count())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// The end of a sentence that names it, or else says what to do.
pub(crate) fn remedy(nearest: Option<&str>, otherwise: &str) -> String {
    match nearest {
        Some(_) => hint(nearest),
        None => format!(": {otherwise}"),
    }
}

/// The end of a sentence that names it.
pub(crate) fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

/// Letters to add, to remove, to change, or to swap with their neighbour (each letter once).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_recognised_and_another_word_is_not() {
        let names = ["learning_rate", "layers", "lr"];
        assert_eq!(nearest("learning_rat", names), Some("learning_rate"));
        assert_eq!(nearest("layer", names), Some("layers"));
        assert_eq!(nearest("rl", names), Some("lr"));
        assert_eq!(nearest("optimizer", names), None);
        assert_eq!(nearest("ab", ["cd"]), None);
    }

    #[test]
    fn distances_are_those_of_the_optimal_string_alignment() {
        for (a, b, expect) in [
            ("kitten", "sitting", 3),
            ("gird", "grid", 1),
            ("ca", "abc", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("ü", "u", 1),
        ] {
            assert_eq!(distance(a, b), expect, "{a} {b}");
            assert_eq!(distance(b, a), expect, "{b} {a}");
        }
    }
}
