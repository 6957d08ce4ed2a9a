//! [`word`]: one of a few words.

use tuning_core::nearest;

use crate::document::Item;

/// One of these words; any other is noted with the one that was probably meant.
pub fn word(item: &Item<'_>, words: &'static [&'static str]) -> Option<&'static str> {
    let expected = format!("one of `{}`", words.join("`, `"));
    let text = item.text(&expected)?;
    if let Some(word) = words.iter().find(|word| **word == text) {
        return Some(word);
    }
    match nearest(&text, words.iter().copied()) {
        Some(meant) => item.expected(format_args!("{expected}; did you mean `{meant}`?")),
        None => item.expected(expected),
    }
}
