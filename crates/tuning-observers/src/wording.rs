//! How observers and programs word what they show: values, durations, parameters. It knows no output
//! and no colour.

use std::{borrow::Cow, fmt::Write as _, time::Duration};

use tuning_core::{Literal, Objectives, Params, Tag, Values};

/// Significant digits of a number that people read; files keep all of them.
const DIGITS: i32 = 6;

/// Returns a number in at most six significant digits: `0.031416`, `1e-7`, `1.5e12`.
///
/// # Example
/// ```
/// use tuning_observers::format_value;
///
/// assert_eq!(format_value(0.1 + 0.2), "0.3");
/// assert_eq!(format_value(-123456.7), "-123457");
/// ```
#[must_use]
pub fn format_value(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return (value + 0.0).to_string(); // a sum with 0 has no negative zero
    }
    // The exponent is read after rounding: 999999.9 rounds up to a seventh digit.
    let scientific = format!("{value:.*e}", (DIGITS - 1) as usize);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..DIGITS).contains(&exponent) {
        let decimals = (DIGITS - 1 - exponent).max(0) as usize;
        trim_zeros(&format!("{value:.decimals$}")).to_owned()
    } else {
        format!("{}e{exponent}", trim_zeros(mantissa))
    }
}

/// Returns values with the names of their objectives: `loss 0.25, accuracy 0.9`.
#[must_use]
pub fn format_values(objectives: &Objectives, values: &Values) -> String {
    let mut text = String::new();
    for (index, value) in values.as_slice().iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let name = objectives.get(index).map_or("value", |o| o.name.as_str());
        // Writing to a string cannot fail.
        let _ = write!(text, "{name} {}", format_value(*value));
    }
    text
}

/// Returns parameters with their numbers in short: `lr=0.0123457 opt=adam`.
#[must_use]
pub fn format_params(params: &Params) -> String {
    let pairs = params.iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", format_literal(&value)));
    pairs.collect::<Vec<_>>().join(" ")
}

/// Returns a parameter's value, in short if it is a number that is not an integer.
#[must_use]
pub fn format_literal(literal: &Literal) -> String {
    match literal {
        Literal::Float(value) => format_value(*value),
        literal => literal.to_string(),
    }
}

/// Returns who proposed a trial and why, as a person would say it; empty if the tag is.
///
/// The strategy that proposed it comes first, then those that it worked for. A note that is meant for its strategy alone is left
/// out.
///
/// # Example
/// ```
/// use tuning_core::Tag;
/// use tuning_observers::format_tag;
///
/// let tag = Tag::new("gp", "ucb").wrap("auto", "gp, few results yet");
/// assert_eq!(format_tag(&tag), "gp (ucb), chosen by auto (few results yet)");
/// assert_eq!(format_tag(&Tag::new("retry", 7)), "retry of trial 7");
/// assert_eq!(format_tag(&Tag::new("tpe", "").wrap("asha", "rung 1 of 4")), "tpe, for asha (rung 1 of 4)");
/// ```
#[must_use]
pub fn format_tag(tag: &Tag) -> String {
    let layers: Vec<(String, String)> = tag.layers().collect();
    let mut text = String::new();
    for (index, (layer, note)) in layers.iter().enumerate().rev() {
        let inner = layers.get(index + 1).map(|(inner, _)| inner.as_str());
        // Who chooses another strategy names it first.
        let chosen = inner.and_then(|inner| note.strip_prefix(inner));
        let reason = chosen.and_then(|rest| rest.strip_prefix(", "));
        let is_chosen = chosen.is_some();
        let note = said(reason.unwrap_or(note));
        // One that only passes on what another one proposed has nothing to say.
        if inner.is_some() && note.is_empty() {
            continue;
        }
        let link = match (text.is_empty(), is_chosen) {
            (true, _) => "",
            (false, true) => ", chosen by ",
            (false, false) => ", for ",
        };
        let words = match (layer.as_str(), note.as_str()) {
            ("", note) => note.to_owned(),
            (Tag::RETRY, trial) => format!("retry of trial {trial}"),
            (layer, "") => layer.to_owned(),
            (layer, note) if note.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{layer} {note}")
            }
            (layer, note) => format!("{layer} ({note})"),
        };
        text.push_str(link);
        text.push_str(&words);
    }
    text
}

/// A note in words; empty if it is none for people.
fn said(note: &str) -> String {
    let is_word = |word: &str| {
        let of_letters = |c: char| c.is_alphabetic() || matches!(c, '_' | '-' | '\'');
        word.bytes().all(|byte| byte.is_ascii_digit()) || word.chars().all(of_letters)
    };
    let word = |word: &str| is_word(word.strip_suffix(',').unwrap_or(word));
    match note.split(' ').all(word) {
        true => note.replace('_', " "),
        false => String::new(),
    }
}

/// Returns a count with its noun, in the plural unless it is one.
///
/// # Example
/// ```
/// use tuning_observers::format_count;
///
/// assert_eq!(format_count(1, "worker"), "1 worker");
/// assert_eq!(format_count(0, "trial"), "0 trials");
/// ```
#[must_use]
pub fn format_count(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Returns a duration in the one or two units that matter: `35ms`, `3.2s`, `12m 5s`, `2d 3h`.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use tuning_observers::format_duration;
///
/// assert_eq!(format_duration(Duration::from_secs(725)), "12m 5s");
/// ```
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let two = |large: u64, unit: &str, small: u64, part: &str| match small {
        0 => format!("{large}{unit}"),
        _ => format!("{large}{unit} {small}{part}"),
    };
    let micros = duration.as_micros();
    if micros == 0 {
        return "0s".to_owned();
    } else if micros < 1_000 {
        return format!("{micros}us");
    } else if micros < 1_000_000 {
        return format!("{}ms", micros / 1_000);
    } else if micros < 10_000_000 {
        let tenths = micros / 100_000;
        let seconds = format!("{}.{}", tenths / 10, tenths % 10);
        return format!("{}s", trim_zeros(&seconds));
    }
    match duration.as_secs() {
        s @ 0..MINUTE => format!("{s}s"),
        s @ MINUTE..HOUR => two(s / MINUTE, "m", s % MINUTE, "s"),
        s @ HOUR..DAY => two(s / HOUR, "h", s % HOUR / MINUTE, "m"),
        s => two(s / DAY, "d", s % DAY / HOUR, "h"),
    }
}

/// Returns the text on one line, as a terminal may show it: names and values come from anywhere. What controls a
/// terminal, turns the direction of a text, or cannot be seen is written as in a program: `\n`, `\u{1b}`.
///
/// # Example
/// ```
/// use tuning_observers::printable;
///
/// assert_eq!(printable("größe 🦀"), "größe 🦀");
/// assert_eq!(printable("a\r\u{1b}[2Jb\u{202e}"), "a\\r\\u{1b}[2Jb\\u{202e}");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        if is_hidden(char) {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    line.into()
}

/// Whether a character controls a terminal (C0, DEL, C1), breaks a line, turns the direction of a text, or takes no
/// room: the categories Cc, Cf, Zl and Zp of Unicode, the selectors beyond the basic plane, and U+FFFE and U+FFFF, which
/// are no characters.
#[must_use]
pub fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the text so that a spreadsheet does not take it for a formula: with `'` before it if it begins as one and is no
/// number. What reads the file afterwards sees that character.
///
/// # Example
/// ```
/// use tuning_observers::inert;
///
/// assert_eq!(inert("=HYPERLINK(\"http://evil\")"), "'=HYPERLINK(\"http://evil\")");
/// assert_eq!(inert("-0.5"), "-0.5");
/// ```
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    // Spreadsheets of some languages take the wide forms for the narrow ones.
    let begins = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    match text.starts_with(begins) && text.parse::<f64>().is_err() {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}

fn trim_zeros(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_six_significant_digits() {
        let check = |value: f64, text: &str| assert_eq!(format_value(value), text);
        check(0.0, "0");
        check(-0.0, "0");
        check(1.0, "1");
        check(100_000.0, "100000");
        check(999_999.9, "1e6");
        check(1_234_567.0, "1.23457e6");
        check(0.000_123_456_789, "0.000123457");
        check(0.000_012_5, "1.25e-5");
        check(1.0 / 3.0, "0.333333");
        check(-2.0 / 3.0, "-0.666667");
        check(f64::MAX, "1.79769e308");
        check(f64::MIN_POSITIVE, "2.22507e-308");
        check(f64::NAN, "NaN");
        check(f64::NEG_INFINITY, "-inf");
    }

    #[test]
    fn nothing_that_is_hidden_reaches_a_terminal() {
        let hidden = "\u{0}\u{7}\u{8}\t\n\r\u{1b}\u{7f}\u{85}\u{90}\u{9b}\u{9d}\u{ad}\u{61c}\u{200b}\u{200d}\u{200e}\u{202a}\
                      \u{202e}\u{2028}\u{2029}\u{2060}\u{2066}\u{2069}\u{feff}\u{e0041}\u{e0100}";
        for char in hidden.chars() {
            let shown = printable(&format!("a{char}b")).into_owned();
            assert!(shown.starts_with("a\\") && shown.ends_with('b'), "{shown}");
            assert!(shown.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        }
        let plain = "größe 日本語 🦀 ❤\u{fe0f} a\\b ~";
        assert!(matches!(printable(plain), Cow::Borrowed(_)));
    }

    #[test]
    fn what_begins_as_a_formula_is_inert_and_a_number_stays_one() {
        for formula in [
            "=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=", "-", "＝1", "-1e5x",
        ] {
            assert_eq!(inert(formula), format!("'{formula}"));
        }
        for plain in ["", "a=b", "-1", "+0.5", "-1e-9", "-inf", "'=1", " =1"] {
            assert_eq!(inert(plain), plain);
        }
    }

    #[test]
    fn durations_show_the_units_that_matter() {
        let check = |millis: u64, text: &str| {
            assert_eq!(format_duration(Duration::from_millis(millis)), text);
        };
        check(0, "0s");
        check(35, "35ms");
        check(1_000, "1s");
        check(3_290, "3.2s");
        check(10_900, "10s");
        check(60_000, "1m");
        check(725_000, "12m 5s");
        check(3_600_000, "1h");
        check(86_399_000, "23h 59m");
        check(183_600_000, "2d 3h");
        assert_eq!(format_duration(Duration::from_micros(40)), "40us");
        assert!(format_duration(Duration::MAX).ends_with('h'));
    }
}
