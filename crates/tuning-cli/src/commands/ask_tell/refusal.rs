//! [`Refusal`]: why a line got an error for an answer.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use tuning_file::document::{Place, Problem};

/// Why a line was refused. The session continues, unless it is fatal.
#[derive(Debug, Serialize)]
pub(super) struct Refusal {
    /// What is wrong, and what to do.
    message: String,
    /// The number of the line, from 1.
    line: u64,
    /// The column of the first problem, from 1, if one can be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// All problems with their columns, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Value>,
    /// Whether the session is over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fatal: bool,
}

impl Refusal {
    /// The line cannot be taken for this reason.
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            line: 0,
            column: None,
            problems: Vec::new(),
            fatal: false,
        }
    }

    /// The same, of the line with this number.
    pub(super) fn at(mut self, line: u64) -> Self {
        self.line = line;
        self
    }

    /// The same, and the session cannot continue.
    pub(super) fn fatal(mut self) -> Self {
        self.fatal = true;
        self
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let mut refusal = Self::new(problem.message);
        refusal.column = column(&problem.place);
        if let Place::Option(option) = &problem.place {
            refusal.message = format!("{option}: {}", refusal.message);
        }
        refusal
    }
}

impl From<Vec<Problem>> for Refusal {
    fn from(mut problems: Vec<Problem>) -> Self {
        if problems.len() == 1 {
            return problems.remove(0).into();
        }
        let all: Vec<Self> = problems.into_iter().map(Self::from).collect();
        let messages: Vec<&str> = all.iter().map(|problem| &*problem.message).collect();
        let mut refusal = Self::new(messages.join("; "));
        refusal.column = all.iter().find_map(|problem| problem.column);
        let problem = |one: &Self| match one.column {
            Some(column) => serde_json::json!({"message": one.message, "column": column}),
            None => serde_json::json!({"message": one.message}),
        };
        refusal.problems = all.iter().map(problem).collect();
        refusal
    }
}

/// A request is one line: what is left of its place is the column.
fn column(place: &Place) -> Option<usize> {
    match place {
        Place::File { column, .. } => Some(*column),
        Place::Option(_) => None,
    }
}
