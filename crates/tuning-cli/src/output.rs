//! Where a command writes: results to stdout, everything else to stderr; a reader that goes away is no
//! disaster.

use std::{
    fmt,
    io::{self, BufWriter, IsTerminal as _, Write},
};

use serde::Serialize;

/// The result of a command, on stdout.
pub(crate) struct Output {
    out: BufWriter<io::StdoutLock<'static>>,
    style: Style,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        let stdout = io::stdout();
        let style = Style::of(stdout.is_terminal());
        Self {
            out: BufWriter::new(stdout.lock()),
            style,
        }
    }

    /// How to dress what is written.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    pub(crate) fn line(&mut self, line: impl fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        if self.style.is_terminal {
            serde_json::to_writer_pretty(&mut self.out, value).map_err(io::Error::from)?;
        } else {
            serde_json::to_writer(&mut self.out, value).map_err(io::Error::from)?;
        }
        self.out.write_all(b"\n")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a line to stderr. If it is closed, that is no reason to stop.
pub(crate) fn say(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes an error to stderr.
pub(crate) fn say_error(error: impl fmt::Display) {
    let style = Style::of(io::stderr().is_terminal());
    say(format_args!("{} {error}", style.red("error:")));
}

/// Writes a warning to stderr.
pub(crate) fn say_warning(warning: impl fmt::Display) {
    let style = Style::of(io::stderr().is_terminal());
    say(format_args!("{} {warning}", style.bold("warning:")));
}

/// Dress for a terminal, nothing elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) is_terminal: bool,
    colours: bool,
}

impl Style {
    fn of(is_terminal: bool) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            is_terminal,
            colours: is_terminal && !no_color && !dumb,
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.dress(text, "1")
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.dress(text, "1;31")
    }

    pub(crate) fn has_colours(self) -> bool {
        self.colours
    }

    fn dress(self, text: &str, code: &str) -> String {
        if self.colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
