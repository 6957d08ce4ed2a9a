//! [`Dressed`]: text with colours, of which only the colours are ours, and [`Style`]: whether there are any.

use std::fmt;

use tuning_observers::wrapped;

use super::shown::shown;

/// Text with colours. It is made of pieces, and what comes from elsewhere is harmless in each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dressed(String);

impl Dressed {
    /// Text without colours.
    pub(crate) fn plain(text: &str) -> Self {
        Self(shown(text).into_owned())
    }

    /// Followed by text without colours.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0 += &shown(text);
        self
    }

    /// Followed by this.
    pub(crate) fn and(mut self, more: &Self) -> Self {
        self.0 += &more.0;
        self
    }

    /// In lines of this width.
    pub(crate) fn wrapped(&self, width: Option<usize>) -> Self {
        match width {
            Some(width) => Self(wrapped(&self.0, width)),
            None => self.clone(),
        }
    }

    pub(crate) fn trim_end(mut self) -> Self {
        self.0.truncate(self.0.trim_end().len());
        self
    }
}

impl fmt::Display for Dressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Dress for a terminal, nothing elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// How many characters a line has; none where there is no end of it.
    pub(crate) width: Option<usize>,
    is_terminal: bool,
    colours: bool,
}

impl Style {
    /// For a terminal of this width; none is no terminal.
    pub(super) fn of(width: Option<usize>) -> Self {
        let is_terminal = width.is_some();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            width,
            is_terminal,
            colours: is_terminal && !no_color && !dumb,
        }
    }

    pub(crate) fn bold(self, text: &str) -> Dressed {
        self.dress(text, "1")
    }

    pub(crate) fn red(self, text: &str) -> Dressed {
        self.dress(text, "1;31")
    }

    /// Whether a person looks at it.
    pub(crate) fn is_terminal(self) -> bool {
        self.is_terminal
    }

    /// The same with lines that are as long as they need to be.
    pub(crate) fn wide(self) -> Self {
        Self {
            width: None,
            ..self
        }
    }

    fn dress(self, text: &str, code: &str) -> Dressed {
        let text = shown(text);
        Dressed(if self.colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.into_owned()
        })
    }
}
