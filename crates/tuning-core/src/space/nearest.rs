//! What somebody probably meant by a misspelled name.

/// Returns the name that is nearest to `name`, if it is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + name.chars().count() / 3;
    names
        .into_iter()
        .map(|other| (distance(name, other), other))
        // A name that shares no letter with this one is not what was meant, however short both are.
        .filter(|(distance, other)| {
            *distance <= limit && *distance < name.chars().count().max(other.chars().count())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// The end of a sentence that names it, or else says what to do.
pub(super) fn remedy(nearest: Option<&str>, otherwise: &str) -> String {
    match nearest {
        Some(_) => hint(nearest),
        None => format!(": {otherwise}"),
    }
}

/// The end of a sentence that names it.
pub(super) fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_recognised_and_another_word_is_not() {
        let names = ["learning_rate", "layers", "lr"];
        assert_eq!(nearest("learning_rat", names), Some("learning_rate"));
        assert_eq!(nearest("layer", names), Some("layers"));
        assert_eq!(nearest("optimizer", names), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
