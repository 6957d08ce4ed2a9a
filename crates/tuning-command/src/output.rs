//! [`LineSplitter`] and [`Tail`]: a stream of bytes cut into lines, and its end kept, in bounded
//! memory.

use std::collections::VecDeque;

/// Of a longer line only so much is looked at.
pub(crate) const LONGEST_LINE: usize = 1 << 20;

/// How much of the end of a stream is kept.
const TAIL_BYTES: usize = 2048;
const TAIL_LINES: usize = 20;

/// Cuts a stream into lines, at `\n` and at the `\r` of progress bars.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    /// The head of a line whose end has not come.
    held: Vec<u8>,
}

impl LineSplitter {
    /// The first line that ends in `chunk` (put together with what came before), and the rest of
    /// the chunk; none if none ends there. The line is valid until the next call.
    pub(crate) fn next<'c>(&mut self, chunk: &'c [u8], line: &mut Vec<u8>) -> Option<&'c [u8]> {
        let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.hold(&chunk[..end.unwrap_or(chunk.len())]);
        let end = end?;
        line.clear();
        std::mem::swap(line, &mut self.held);
        Some(&chunk[end + 1..])
    }

    /// The line that the stream ended in, if it did not end with a line's end.
    pub(crate) fn finish(&mut self) -> Option<Vec<u8>> {
        (!self.held.is_empty()).then(|| std::mem::take(&mut self.held))
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = LONGEST_LINE - self.held.len();
        self.held.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// The last lines of a stream.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Tail {
    /// Adds what came next.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        let chunk = &chunk[chunk.len().saturating_sub(TAIL_BYTES)..];
        let excess = (self.bytes.len() + chunk.len()).saturating_sub(TAIL_BYTES);
        self.cut |= excess > 0;
        self.bytes.drain(..excess);
        self.bytes.extend(chunk);
    }

    /// The last lines as text, as far as it is text; empty if there was nothing but blanks.
    pub(crate) fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let text: String = text
            .chars()
            .map(|c| if c == '\r' { '\n' } else { c })
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        let mut lines: Vec<_> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        // The first line is only a part of one, if something was cut off before it.
        if self.cut && lines.len() > 1 {
            lines.remove(0);
        }
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut splitter = LineSplitter::default();
        let (mut lines, mut line) = (Vec::new(), Vec::new());
        for chunk in chunks {
            let mut rest = *chunk;
            while let Some(after) = splitter.next(rest, &mut line) {
                lines.push(line.clone());
                rest = after;
            }
        }
        lines.extend(splitter.finish());
        lines
    }

    #[test]
    fn lines_are_the_same_however_the_stream_is_cut() {
        let text = b"one\ntwo\r50%\rthree\n\nfour";
        let expect: Vec<&[u8]> = vec![b"one", b"two", b"50%", b"three", b"", b"four"];
        for size in 1..=text.len() {
            let chunks: Vec<_> = text.chunks(size).collect();
            assert_eq!(lines(&chunks), expect, "{size}");
        }
    }

    #[test]
    fn of_a_long_line_only_the_head_is_kept() {
        let long = vec![b'x'; 3 * LONGEST_LINE / 2];
        let found = lines(&[&long, &long, b"\nshort\n"]);
        assert_eq!(found[0].len(), LONGEST_LINE);
        assert_eq!(found[1], b"short");
    }

    #[test]
    fn the_tail_is_short_text_whatever_came() {
        let mut tail = Tail::default();
        assert_eq!(tail.text(), "");
        for n in 0..1000 {
            tail.push(format!("line {n}\n").as_bytes());
        }
        tail.push(b"\x1b[31mr\xff\0d\n\n");
        let text = tail.text();
        assert_eq!(text.lines().count(), TAIL_LINES);
        assert!(text.starts_with("line 981\n") && text.ends_with("line 999\n[31mr\u{fffd}d"));
        tail.push(&[b'y'; 10 * TAIL_BYTES]);
        assert_eq!(tail.text(), "y".repeat(TAIL_BYTES));
    }
}
