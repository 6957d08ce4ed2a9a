//! [`Lines`]: the lines of standard input, read on a thread of its own, so that observers and signals do
//! not wait for the next one.

use std::{
    io::{self, BufRead, Read as _},
    thread,
};

use tokio::sync::mpsc;

/// The longest line that is taken: far beyond any study.
const LONGEST: u64 = 64 << 20;
/// How many lines may come before their turn, and are answered together.
pub(super) const AHEAD: usize = 256;

/// A line of the input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Text(String),
    /// It cannot be taken, for this reason.
    Bad(&'static str),
}

/// The lines that come.
#[derive(Debug)]
pub(super) struct Lines(mpsc::Receiver<io::Result<Line>>);

impl Lines {
    /// Begins to read standard input.
    pub(super) fn of_stdin() -> io::Result<Self> {
        let (sender, lines) = mpsc::channel(AHEAD);
        thread::Builder::new()
            .name("tune-stdin".to_owned())
            .spawn(move || {
                let mut input = io::stdin().lock();
                while let Some(line) = read(&mut input).transpose() {
                    let last = line.is_err();
                    // The receiver is gone: the session is over.
                    if sender.blocking_send(line).is_err() || last {
                        break;
                    }
                }
            })?;
        Ok(Self(lines))
    }

    /// The next line if it has come already.
    pub(super) fn ready(&mut self) -> io::Result<Option<Line>> {
        self.0.try_recv().ok().transpose()
    }

    /// The next line; none at the end of the input.
    pub(super) async fn next(&mut self) -> io::Result<Option<Line>> {
        self.0.recv().await.transpose()
    }
}

/// Reads one line; none at the end.
fn read(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    if input.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() as u64 == LONGEST {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::Bad("the line is longer than 64 MiB")));
    }
    Ok(Some(match String::from_utf8(bytes) {
        Ok(text) => Line::Text(text),
        Err(_) => Line::Bad("the line is not UTF-8"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_needs_no_end_and_bad_bytes_end_nothing() {
        let mut input = &b"{\"a\": 1}\n\n\xFF\xFE\nlast"[..];
        let mut next = || read(&mut input).unwrap();
        assert_eq!(next(), Some(Line::Text("{\"a\": 1}".to_owned())));
        assert_eq!(next(), Some(Line::Text(String::new())));
        assert_eq!(next(), Some(Line::Bad("the line is not UTF-8")));
        assert_eq!(next(), Some(Line::Text("last".to_owned())));
        assert_eq!(next(), None);
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut input =
            io::BufReader::new(io::repeat(b'x').take(LONGEST + 10).chain(&b"\nnext\n"[..]));
        assert_eq!(
            read(&mut input).unwrap(),
            Some(Line::Bad("the line is longer than 64 MiB"))
        );
        assert_eq!(
            read(&mut input).unwrap(),
            Some(Line::Text("next".to_owned()))
        );
    }
}
