//! [`quoted`]: how messages show what someone wrote, however long it is and whatever is in it.

use std::fmt;

/// How many characters of a value are shown.
const SHOWN: usize = 80;

/// A value in a message: between backticks, cut off where it is long, and with escapes for what does not print.
///
/// # Example
/// ```
/// use tuning_file::document::quoted;
///
/// assert_eq!(quoted("lr").to_string(), "`lr`");
/// assert_eq!(quoted("a\nb").to_string(), r"`a\nb`");
/// assert!(quoted(&"x".repeat(1_000_000)).to_string().len() < 100);
/// ```
#[must_use]
pub fn quoted(text: &str) -> impl fmt::Display + '_ {
    Quoted(text)
}

struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", Bare(self.0))
    }
}

/// The same without backticks.
pub(crate) struct Bare<'a>(pub(crate) &'a str);

impl fmt::Display for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.0.chars();
        for letter in letters.by_ref().take(SHOWN) {
            match is_hidden(letter) {
                true => write!(f, "{}", letter.escape_default())?,
                false => fmt::Write::write_char(f, letter)?,
            }
        }
        match letters.next() {
            Some(_) => f.write_str("…"),
            None => Ok(()),
        }
    }
}

/// A text with escapes for what does not print, however long it is.
pub(super) fn printable(text: String) -> String {
    if !text.contains(is_hidden) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_hidden(letter) {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    shown
}

/// What controls a terminal, marks that change the direction of a line, and characters without a width.
pub(super) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_print_is_escaped() {
        assert_eq!(quoted("\u{1b}[31m").to_string(), "`\\u{1b}[31m`");
        assert_eq!(quoted("a\u{202e}b").to_string(), "`a\\u{202e}b`");
        assert_eq!(quoted("größe").to_string(), "`größe`");
    }

    #[test]
    fn what_is_long_is_cut_off_between_characters() {
        let long = "ü".repeat(200);
        assert_eq!(quoted(&long).to_string(), format!("`{}…`", "ü".repeat(80)));
        let fits = "ü".repeat(80);
        assert_eq!(quoted(&fits).to_string(), format!("`{fits}`"));
    }
}
