//! [`Unsupported`]: why a strategy or a pruner is not built.

use thiserror::Error;

/// A strategy or a pruner cannot handle a problem, or its options make no sense. The message says what to do.
#[derive(Debug, Error)]
#[error("{}{what} `{name}` {message}", place(part))]
#[non_exhaustive]
pub struct Unsupported {
    /// What it is: `strategy` or `pruner`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// Which part of another one it is, as in `inner.inner`; empty if it is none.
    pub part: String,
    /// What it cannot do and what to do about it, as in "needs a finite space: give `lr` a step".
    pub message: String,
}

fn place(part: &str) -> String {
    match part {
        "" => String::new(),
        part => format!("`{part}`: "),
    }
}

impl Unsupported {
    /// A strategy refuses. The message continues the sentence "strategy `name` …".
    #[must_use]
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            what: "strategy",
            name: name.into(),
            part: String::new(),
            message: message.into(),
        }
    }

    /// A pruner refuses. The message continues the sentence "pruner `name` …".
    #[must_use]
    pub fn pruner(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            what: "pruner",
            ..Self::new(name, message)
        }
    }

    /// The same, refused by a part of what is being built: `inner`, or `members.2`. Parts of
    /// parts are joined by dots, as in a [`Spec`](crate::Spec).
    ///
    /// # Example
    /// ```
    /// use tuning_core::Unsupported;
    ///
    /// let refused = Unsupported::new("grid", "needs a finite space: give `lr` a step");
    /// let outer = refused.within("inner").within("inner");
    /// assert_eq!(outer.to_string(), "`inner.inner`: strategy `grid` needs a finite space: give `lr` a step");
    /// ```
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        self.part = match &*self.part {
            "" => part.to_owned(),
            inner => format!("{part}.{inner}"),
        };
        self
    }
}
