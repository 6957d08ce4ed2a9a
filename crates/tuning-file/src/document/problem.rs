//! [`Problem`]: something wrong at a place of a file, and how it is shown: with its line.

use std::{cell::RefCell, fmt};

use super::{
    files::Files,
    node::{FileId, Place},
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
            message: message.into(),
        }
    }
}

/// All that is wrong with a file: people mend it in one go.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    /// Notes a problem, once.
    pub fn add(&self, place: &Place, message: impl Into<String>) {
        let problem = Problem::new(place.clone(), message);
        let mut problems = self.0.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Returns them in the order of the files, those of the command line first.
    pub fn take(self) -> Vec<Problem> {
        let mut problems = self.0.into_inner();
        problems.sort_by_key(|problem| match problem.place {
            Place::Option(_) => (FileId::default(), 0, 0),
            Place::File { file, line, column } => (file, line, column),
        });
        problems
    }
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
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { place, message }) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {message}", self.files.name(place))?;
            if let Place::File { file, line, column } = place {
                self.snippet(f, *file, *line, *column)?;
                if let Some(at) = self.files.included_at(*file) {
                    write!(f, "\n  included at {}", self.files.name(&at))?;
                }
            }
        }
        Ok(())
    }
}

impl Located {
    fn snippet(
        &self,
        f: &mut fmt::Formatter<'_>,
        file: FileId,
        line: usize,
        column: usize,
    ) -> fmt::Result {
        /// What is shown of a line at most: a file may be one long line.
        const WIDTH: usize = 100;
        let Some(text) = self
            .files
            .line(file, line)
            .filter(|text| !text.trim().is_empty())
        else {
            return Ok(());
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
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(before - skipped);
        write!(
            f,
            "\n  {number} | {}\n  {margin} | {indent}^",
            shown.trim_end()
        )
    }
}
