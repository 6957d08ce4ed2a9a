//! [`wrapped`]: messages that break between words.

use console::measure_text_width;
use textwrap::{core::Word, wrap_algorithms::wrap_first_fit};

/// The indentation of the lines that continue one.
const INDENT: usize = 2;

/// The widest label under which lines are aligned.
const LABEL: usize = 16;

/// Returns the text with those of its lines broken that are too wide.
///
/// A line breaks between words, not within `` `code` `` that fits on a line; a word that is wider than the width stays whole. What
/// continues a line is indented, below the text if that has a label before it (`state     running`). Lines of a file that are
/// quoted in an error (`2 | b: [1, 2`) are cut.
///
/// # Example
/// ```
/// use tuning_observers::wrapped;
///
/// assert_eq!(wrapped("run `tune best study.yaml` to see it", 28), "run `tune best study.yaml`\n  to see it");
/// assert_eq!(wrapped("state     ended: no trial is left", 24), "state     ended: no\n          trial is left");
/// ```
#[must_use]
pub fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| one(line, width)).collect();
    lines.join("\n")
}

fn one(line: &str, width: usize) -> String {
    if measure_text_width(line) <= width {
        return line.to_owned();
    }
    if is_quoted(line) {
        return super::cells::cut(line, width);
    }
    let indent = hanging(line).min(width / 2);
    let room = width - indent;
    let words = words(line, room);
    let lines = wrap_first_fit(&words, &[width as f64, room as f64]);
    let lines = lines.into_iter().enumerate().map(|(index, words)| {
        // A word that is too wide below the text may have room further left.
        let taken: usize = words.iter().map(|word| measure_text_width(word.word)).sum();
        let indent = match words.len() {
            1 => indent.min(width.saturating_sub(taken)),
            _ => indent,
        };
        let mut text = match index {
            0 => String::new(),
            _ => " ".repeat(indent),
        };
        for word in words {
            text.push_str(word.word);
            text.push_str(word.whitespace);
        }
        text.truncate(text.trim_end().len());
        text
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether it is a line of a file as an error shows it, or what points into it.
fn is_quoted(line: &str) -> bool {
    let rest = line
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(' ') && rest.trim_start().starts_with("| ")
}

/// Where the text of a line begins, behind its label.
fn hanging(line: &str) -> usize {
    let text = line.trim_start();
    let leading = line.len() - text.len();
    if leading > 0 {
        // A number before it is one in a list.
        let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        return match number > 0 && text[number..].starts_with("  ") {
            true => leading + number + 2,
            false => leading,
        };
    }
    let label = line.find("  ").filter(|at| *at < LABEL);
    let text = label.map(|at| line.len() - line[at..].trim_start().len());
    text.filter(|at| *at <= LABEL).unwrap_or(INDENT)
}

/// The words of a line, each with the blanks behind it. What stands between backticks is one, if it fits.
fn words(line: &str, room: usize) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let end = match end_of_code(rest).filter(|end| measure_text_width(&rest[..*end]) <= room) {
            Some(end) => end,
            None => rest.find(' ').unwrap_or(rest.len()),
        };
        let blanks = rest[end..].len() - rest[end..].trim_start_matches(' ').len();
        let (word, after) = rest.split_at(end + blanks);
        words.push(Word::from(word));
        rest = after;
    }
    words
}

/// The end of the word, if it has code in it.
fn end_of_code(text: &str) -> Option<usize> {
    let begin = text.find('`').filter(|at| !text[..*at].contains(' '))?;
    let close = begin + 1 + text[begin + 1..].find('`')? + 1;
    let after = &text[close..];
    Some(close + after.find(' ').unwrap_or(after.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_fits_stays_as_it_is() {
        for line in ["", "a  b   c", "  x", "journal: study.db"] {
            assert_eq!(wrapped(line, 20), line);
        }
    }

    #[test]
    fn lines_break_between_words_and_code_stays_whole() {
        let check = |text: &str, width, expect: &str| assert_eq!(wrapped(text, width), expect);
        check("one two three four", 9, "one two\n  three\n  four");
        check(
            "next: `tune best s.yaml`, `tune export s.yaml`",
            26,
            "next: `tune best s.yaml`,\n  `tune export s.yaml`",
        );
        // Code that does not fit breaks like anything else.
        check(
            "`tune run study.yaml --trials 40`",
            20,
            "`tune run study.yaml\n  --trials 40`",
        );
        check(
            "see /a/very/long/path/to/a/file now",
            12,
            "see\n/a/very/long/path/to/a/file\n  now",
        );
        check(
            "          trial 3 for 2s, lr=0.5",
            24,
            "          trial 3 for\n          2s, lr=0.5",
        );
        check(
            "failed    KeyError: 'learning_rate'",
            20,
            "failed    KeyError:\n     'learning_rate'",
        );
        check(
            "   12  started  trial 3: lr=0.5",
            23,
            "   12  started  trial\n       3: lr=0.5",
        );
        check(
            "best      trial 3: loss 0.5, lr=0.1",
            26,
            "best      trial 3: loss\n          0.5, lr=0.1",
        );
    }

    #[test]
    fn what_an_error_quotes_is_cut() {
        assert_eq!(
            wrapped("  12 | lr: {min: 0.1, max: 1}", 16),
            "  12 | lr: {min…"
        );
        assert_eq!(wrapped("    |     ^", 8), "    |  …");
    }

    #[test]
    fn no_width_is_too_small() {
        for width in 0..12 {
            let text = wrapped("state     ended: no trial is `left to run`", width);
            assert!(
                text.split_whitespace()
                    .eq("state ended: no trial is `left to run`".split_whitespace())
            );
        }
    }
}
