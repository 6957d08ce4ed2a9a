//! How wide the terminal is.

use std::{
    env,
    io::{self, IsTerminal},
};

use console::Term;

/// The width of a terminal that does not tell it.
const USUAL: usize = 80;

/// Returns how many characters a line of stdout has; none if it is no terminal.
#[must_use]
pub fn stdout_width() -> Option<usize> {
    width(&io::stdout(), &Term::stdout())
}

/// Returns how many characters a line of stderr has; none if it is no terminal.
#[must_use]
pub fn stderr_width() -> Option<usize> {
    width(&io::stderr(), &Term::stderr())
}

/// `COLUMNS` counts where the terminal has no size, as over some serial lines.
fn width(stream: &impl IsTerminal, terminal: &Term) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let told = terminal.size_checked().map(|(_, columns)| columns.into());
    let said = || env::var("COLUMNS").ok()?.trim().parse().ok();
    Some(
        told.or_else(said)
            .filter(|width| *width > 0)
            .unwrap_or(USUAL),
    )
}
