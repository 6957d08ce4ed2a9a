//! [`Problem`]: something wrong at a place of a file, and how it is shown: with its line.

use std::{cell::RefCell, fmt};

use tuning_observers::is_hidden;

use super::{
    files::Files,
    node::{FileId, Place},
    quote::printable,
};

/// Something wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What is wrong, and what to write.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: cut(printable(cut(message.into(), LONGEST)), LONGEST),
        }
    }
}

/// So many problems are kept; the others are counted.
const KEPT: usize = 100;
/// So many are shown.
const SHOWN: usize = 10;
/// The most bytes of problems that are told.
const BYTES: usize = 4000;
/// A message is not longer than this.
const LONGEST: usize = 1000;

/// All that is wrong with a file: people mend it in one go.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Noted>);

#[derive(Debug, Default)]
struct Noted {
    kept: Vec<Problem>,
    /// How many there are besides.
    more: usize,
}

impl Problems {
    /// Notes a problem, once.
    pub fn add(&self, place: &Place, message: impl Into<String>) {
        let mut noted = self.0.borrow_mut();
        if noted.kept.len() >= KEPT {
            noted.more += 1;
            return;
        }
        let problem = Problem::new(place.clone(), message);
        if !noted.kept.contains(&problem) {
            noted.kept.push(problem);
        }
    }

    /// Counts a problem that would not be kept: whoever has many need not say what each of them is. Returns whether it was
    /// counted.
    pub(super) fn is_one_too_many(&self) -> bool {
        let mut noted = self.0.borrow_mut();
        let full = noted.kept.len() >= KEPT;
        noted.more += usize::from(full);
        full
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().kept.is_empty()
    }

    /// Returns the first ones in the order of the files, those of the command line first, with messages of at most this
    /// many bytes together. If there are more, the last one says how many.
    pub fn take(self, bytes: usize) -> Vec<Problem> {
        let (mut problems, mut more) = self.sorted();
        let mut left = bytes;
        let fits = |problem: &&Problem| {
            let fits = problem.message.len() <= left;
            left = left.saturating_sub(problem.message.len());
            fits
        };
        let shown = problems.iter().take(SHOWN).take_while(fits).count().max(1);
        more += problems.len().saturating_sub(shown);
        problems.truncate(shown);
        if let (Some(last), true) = (problems.last(), more > 0) {
            let place = last.place.clone();
            problems.push(Problem::new(place, and_more(more)));
        }
        problems
    }

    /// All that are kept, in the order of the files, and how many there are besides.
    pub(super) fn sorted(self) -> (Vec<Problem>, usize) {
        let Noted { mut kept, more } = self.0.into_inner();
        kept.sort_by_key(|problem| match problem.place {
            Place::Option(_) => (FileId::default(), 0, 0),
            Place::File { file, line, column } => (file, line, column),
        });
        (kept, more)
    }
}

fn and_more(count: usize) -> String {
    match count {
        1 => "and 1 more problem".to_owned(),
        count => format!("and {count} more problems"),
    }
}

/// A text without what is beyond this many bytes.
fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

/// Problems with the files that they are in, to be shown:
///
/// ```text
/// study.yaml:9:8: unknown key `mn` in `parameters.lr`: did you mean `min`?
///   9 |   lr: {mn: 1e-5, max: 0.1}
///     |        ^
/// ```
#[derive(Debug)]
pub struct Located {
    pub(super) files: Files,
    pub(super) problems: Vec<Problem>,
    /// How many there are besides.
    pub(super) more: usize,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = BYTES;
        let mut shown = 0;
        for problem in self.problems.iter().take(SHOWN) {
            let text = self.one(problem);
            if shown > 0 && text.len() > left {
                break;
            }
            let separator = if shown == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", cut(text.clone(), BYTES))?;
            left = left.saturating_sub(text.len());
            shown += 1;
        }
        match self.problems.len() - shown + self.more {
            0 => Ok(()),
            more => write!(f, "\n{}", and_more(more)),
        }
    }
}

impl Located {
    /// A problem with its line.
    fn one(&self, Problem { place, message }: &Problem) -> String {
        let mut text = format!("{}: {message}", self.files.name(place));
        if let Place::File { file, line, column } = place {
            text.push_str(&self.snippet(*file, *line, *column));
            if let Some(at) = self.files.included_at(*file) {
                text.push_str(&format!("\n  included at {}", self.files.name(&at)));
            }
        }
        text
    }

    fn snippet(&self, file: FileId, line: usize, column: usize) -> String {
        /// What is shown of a line at most: a file may be one long line.
        const WIDTH: usize = 100;
        let Some(text) = self
            .files
            .line(file, line)
            .filter(|text| !text.trim().is_empty())
        else {
            return String::new();
        };
        let before = column.saturating_sub(1);
        let skipped = if before > WIDTH * 2 / 3 {
            before - WIDTH / 3
        } else {
            0
        };
        let shown: String = text
            .chars()
            .skip(skipped)
            .take(WIDTH)
            .map(|c| if is_hidden(c) { ' ' } else { c })
            .collect();
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(before - skipped);
        format!(
            "\n  {number} | {}\n  {margin} | {indent}^",
            shown.trim_end()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(problems: usize, message: &str) -> String {
        let reading = super::super::Reading::default();
        for k in 0..problems {
            let place = Place::at(problems - k, 1);
            reading.problems.add(&place, format!("{message} {k}"));
        }
        reading.refuse().to_string()
    }

    #[test]
    fn the_first_ten_are_shown_and_the_others_counted() {
        let shown = located(12, "wrong");
        assert_eq!(shown.lines().count(), 11, "{shown}");
        assert!(
            shown.starts_with(":1:1: wrong 11\n:2:1: wrong 10\n"),
            "{shown}"
        );
        assert!(shown.ends_with("and 2 more problems"), "{shown}");
        assert!(located(20_000, "wrong").ends_with("and 19990 more problems"));
        assert_eq!(located(10, "wrong").lines().count(), 10);
    }

    #[test]
    fn all_of_it_is_short_however_long_the_messages() {
        for length in [300, 900, 100_000] {
            let shown = located(200, &"x".repeat(length));
            assert!(shown.len() < 4096, "{length}: {}", shown.len());
            assert!(shown.contains("more problems"), "{shown}");
        }
    }

    #[test]
    fn a_list_says_how_many_are_left_out() {
        let problems = Problems::default();
        for k in 0..30 {
            problems.add(&Place::at(k + 1, 1), "x".repeat(200));
        }
        let list = problems.take(1000);
        assert_eq!(list.len(), 6);
        assert_eq!(list[5].message, "and 25 more problems");
    }
}
