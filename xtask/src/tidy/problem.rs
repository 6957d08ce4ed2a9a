//! What a check found: where, which rule, and what to do.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// A path from the root, with the line after a colon if there is one.
    pub(crate) at: String,
    /// The offender, in a clause.
    pub(crate) what: String,
    /// The rule, and its reason.
    pub(crate) rule: String,
    /// The way out.
    pub(crate) remedy: String,
}

impl Problem {
    pub(crate) fn new(
        at: impl Into<String>,
        what: impl Into<String>,
        rule: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Problem {
            at: at.into(),
            what: what.into(),
            rule: rule.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}\n    rule:   {}\n    remedy: {}",
            self.at, self.what, self.rule, self.remedy
        )
    }
}
