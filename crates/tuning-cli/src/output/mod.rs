//! Where a command writes: results to stdout, everything else to stderr; a reader that goes away is no
//! disaster. What comes from a study reaches a terminal only as characters that it shows.

mod dressed;
mod json;
mod shown;

use std::{
    fmt,
    io::{self, BufWriter, IsTerminal as _, Write},
};

use serde::Serialize;
use tuning_observers::{stderr_width, stdout_width};

use self::shown::Shown;
pub(crate) use self::{
    dressed::{Dressed, Style},
    shown::shown,
};

/// The result of a command, on stdout.
pub(crate) struct Output {
    out: BufWriter<io::StdoutLock<'static>>,
    /// What was written for machines, and shows a person on a terminal no more than letters.
    raw: Shown,
    is_terminal: bool,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        let stdout = io::stdout();
        Self {
            is_terminal: stdout.is_terminal(),
            out: BufWriter::new(stdout.lock()),
            raw: Shown::default(),
        }
    }

    /// How to dress what is written now: a terminal may have changed its width.
    pub(crate) fn style(&self) -> Style {
        Style::of(self.is_terminal.then(stdout_width).flatten())
    }

    /// Writes lines of text, which break between words on a terminal.
    pub(crate) fn line(&mut self, line: impl fmt::Display) -> io::Result<()> {
        self.dressed(&Dressed::plain(&line.to_string()))
    }

    /// The same with lines that are dressed.
    pub(crate) fn dressed(&mut self, line: &Dressed) -> io::Result<()> {
        writeln!(self.out, "{}", line.wrapped(self.style().width))
    }

    /// Writes lines that stay as they are: they fit, or are meant to be copied.
    pub(crate) fn laid_out(&mut self, lines: &Dressed) -> io::Result<()> {
        writeln!(self.out, "{lines}")
    }

    /// Writes a value for programs; on a terminal, for people who look at it.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        json::write(&mut self.out, value, self.is_terminal)?;
        self.out.write_all(b"\n")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether stdout and stderr go to the same place: a terminal, a file, or a pipe.
#[cfg(unix)]
pub(crate) fn streams_meet() -> bool {
    use std::{
        fs::File,
        os::{fd::AsFd, unix::fs::MetadataExt as _},
    };

    let place = |stream: &dyn AsFd| {
        let stream = stream.as_fd().try_clone_to_owned().ok()?;
        let metadata = File::from(stream).metadata().ok()?;
        Some((metadata.dev(), metadata.ino()))
    };
    let (stdout, stderr) = (place(&io::stdout()), place(&io::stderr()));
    stdout.is_some() && stdout == stderr
}

/// Whether stdout and stderr go to the same place: a terminal.
#[cfg(not(unix))]
pub(crate) fn streams_meet() -> bool {
    stdout_width().is_some() && stderr_width().is_some()
}

/// Writes a value as JSON without an end of line.
pub(crate) fn json_value(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    json::write(&mut *out, value, false)
}

/// Writes a value as JSON, on one line, without a character that controls a terminal: the value is the same.
pub(crate) fn json_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    json::write(&mut *out, value, false)?;
    out.write_all(b"\n")
}

/// What programs read: as it is, except on a terminal.
impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.is_terminal {
            true => self.raw.write(&mut self.out, bytes),
            false => self.out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a line to stderr. If it is closed, that is no reason to stop.
pub(crate) fn say(line: impl fmt::Display) {
    let line = Dressed::plain(&line.to_string());
    let _ = writeln!(io::stderr(), "{}", line.wrapped(stderr_width()));
}

/// Writes an error to stderr.
pub(crate) fn say_error(error: impl fmt::Display) {
    say_after("error:", Style::red, error);
}

/// Writes a warning to stderr.
pub(crate) fn say_warning(warning: impl fmt::Display) {
    say_after("warning:", Style::bold, warning);
}

fn say_after(word: &str, dress: fn(Style, &str) -> Dressed, text: impl fmt::Display) {
    let style = Style::of(stderr_width());
    let line = dress(style, word).text(" ").text(&text.to_string());
    let _ = writeln!(io::stderr(), "{}", line.wrapped(style.width));
}

/// Writes an error of the command line to stderr. Its colours are lost with what could be hidden among them.
pub(crate) fn say_usage(error: &clap::Error) {
    let text = error.render().to_string();
    match text.strip_prefix("error: ") {
        Some(text) => say_error(text.trim_end()),
        None => say(text.trim_end()),
    }
}
