//! [`quoted`]: how messages show what someone wrote, however long it is and whatever is in it.

use std::fmt;

use serde_json::Value as Json;
use tuning_observers::is_hidden;

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
pub(crate) fn printable(text: String) -> String {
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

/// A value as JSON that is the same value in YAML: a character that does not print is written as `\uXXXX`, since YAML
/// has no other place for some of them.
///
/// # Example
/// ```
/// use tuning_file::document::json_text;
///
/// assert_eq!(json_text(&"a\u{7f}".into()), r#""a\u007f""#);
/// ```
#[must_use]
pub fn json_text(value: &Json) -> String {
    let text = value.to_string();
    if !text.contains(is_hidden) {
        return text;
    }
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_hidden(letter) {
            // Beyond the basic plane there are two of them, and all may stand as they are.
            true if letter <= '\u{ffff}' => {
                written.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            _ => written.push(letter),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;

    #[test]
    fn what_does_not_print_is_escaped() {
        assert_eq!(quoted("\u{1b}[31m").to_string(), "`\\u{1b}[31m`");
        assert_eq!(quoted("a\u{202e}b").to_string(), "`a\\u{202e}b`");
        assert_eq!(quoted("größe").to_string(), "`größe`");
    }

    #[test]
    fn json_with_what_does_not_print_is_the_same_value_in_yaml() {
        let hidden = "\u{7f}\u{80}\u{85}\u{9f}\u{2028}\u{feff}\u{fffe}\u{ffff}\u{e0041}\u{1fffe}";
        let value = serde_json::json!({hidden: [hidden, "größe 🦀", "\u{1}\"\\\n", 1.5]});
        let text = json_text(&value);
        for format in [Format::Json, Format::Yaml] {
            let read = format.parse(&text).unwrap().to_json();
            assert_eq!(read, value, "{format:?} {text}");
        }
    }

    #[test]
    fn what_is_long_is_cut_off_between_characters() {
        let long = "ü".repeat(200);
        assert_eq!(quoted(&long).to_string(), format!("`{}…`", "ü".repeat(80)));
        let fits = "ü".repeat(80);
        assert_eq!(quoted(&fits).to_string(), format!("`{fits}`"));
    }
}
