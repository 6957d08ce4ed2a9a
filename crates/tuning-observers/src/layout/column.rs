//! [`TableColumn`]: the head of a column, and what may become of it where there is little room.

/// A column of a [`Table`](super::Table).
///
/// A number or a word is shown whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) importance: Importance,
    pub(super) keeps_end: bool,
}

/// Which columns are left out first where there is no room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Importance {
    /// It is left out first.
    Extra,
    /// It is left out next.
    Detail,
    /// It stays as long as there is room for it.
    Essential,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Word,
    Text,
    Parameter,
}

impl TableColumn {
    /// Numbers, or durations: they are aligned on the right, and whole.
    #[must_use]
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name.into(), Kind::Number)
    }

    /// Names or states: whole.
    #[must_use]
    pub fn word(name: impl Into<String>) -> Self {
        Self::new(name.into(), Kind::Word)
    }

    /// Text, which breaks between words, or is cut with an ellipsis.
    #[must_use]
    pub fn text(name: impl Into<String>) -> Self {
        Self::new(name.into(), Kind::Text)
    }

    /// The values of a parameter, which share a column `params` with those of others where there is no room for a column each.
    #[must_use]
    pub fn parameter(name: impl Into<String>) -> Self {
        Self::new(name.into(), Kind::Parameter)
    }

    /// Sets how long it stays. It is essential unless this is said.
    #[must_use]
    pub fn importance(mut self, importance: Importance) -> Self {
        self.importance = importance;
        self
    }

    /// Where text is cut, its end stays and not its beginning.
    #[must_use]
    pub fn keep_end(mut self) -> Self {
        self.keeps_end = true;
        self
    }

    fn new(name: String, kind: Kind) -> Self {
        Self {
            name,
            kind,
            importance: Importance::Essential,
            keeps_end: false,
        }
    }

    pub(super) fn is_right(&self) -> bool {
        self.kind == Kind::Number
    }
}
