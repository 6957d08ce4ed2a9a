//! The end of a file that is appended to: what a process before wrote there last.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

use serde::Deserialize;
use tuning_core::{Event, Seq};

/// The last event of a study that is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Seen {
    pub(crate) study: String,
    pub(crate) seq: Seq,
    pub(crate) at_millis: u64,
}

impl Seen {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            study: (*event.study).to_owned(),
            seq: event.seq,
            at_millis: event.at_millis,
        }
    }

    /// Whether this event is in the file, too: it came before, or is the one. A study that was begun
    /// anew under the old name has the same numbers at other times.
    pub(crate) fn covers(&self, event: &Event) -> bool {
        *self.study == *event.study && event.seq <= self.seq && event.at_millis <= self.at_millis
    }
}

/// Whether the last line has no end: who wrote it was killed meanwhile.
pub(crate) fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if !file.metadata()?.is_file() || file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Removes what a process that was killed has left of a line.
#[cfg(feature = "csv")]
pub(crate) fn remove_torn_line(file: &mut File) -> io::Result<()> {
    if !ends_within_a_line(file)? {
        return Ok(());
    }
    let whole = end_of_last_line(file)?;
    file.set_len(whole)
}

/// Where the last line that has an end does so.
#[cfg(feature = "csv")]
fn end_of_last_line(file: &mut File) -> io::Result<u64> {
    let mut start = file.seek(SeekFrom::End(0))?;
    while start > 0 {
        let block = block_before(file, &mut start)?;
        if let Some(end) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + end as u64 + 1);
        }
    }
    Ok(0)
}

/// The first line, without its end; none if the file is empty.
#[cfg(feature = "csv")]
pub(crate) fn first_line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    use std::io::BufRead as _;

    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut line = Vec::new();
    io::BufReader::new(file).read_until(b'\n', &mut line)?;
    Ok((!line.is_empty()).then_some(line))
}

/// Reads a block of the file that ends at `start`, and moves `start` to its beginning.
fn block_before(file: &mut File, start: &mut u64) -> io::Result<Vec<u8>> {
    const BLOCK: u64 = 16 << 10;
    let size = (*start).min(BLOCK);
    *start -= size;
    file.seek(SeekFrom::Start(*start))?;
    let mut block = Vec::new();
    file.by_ref().take(size).read_to_end(&mut block)?;
    Ok(block)
}

/// The last line that has an end, without it.
pub(crate) fn last_line(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut start = file.seek(SeekFrom::End(0))?;
    let mut tail: Vec<u8> = Vec::new();
    while start > 0 {
        let mut block = block_before(file, &mut start)?;
        block.append(&mut tail);
        tail = block;
        let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else {
            continue;
        };
        let before = tail[..end].iter().rposition(|byte| *byte == b'\n');
        if before.is_some() || start == 0 {
            let begin = before.map_or(0, |before| before + 1);
            return Ok(Some(tail[begin..end].to_vec()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_line_is_found_however_long_the_lines_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let long = "x".repeat(40_000);
        let check = |text: &str, line: Option<&str>, torn: bool| {
            std::fs::write(&path, text).unwrap();
            let mut file = File::open(&path).unwrap();
            let found = last_line(&mut file).unwrap();
            assert_eq!(found.as_deref(), line.map(str::as_bytes), "{}", text.len());
            assert_eq!(ends_within_a_line(&mut file).unwrap(), torn);
        };
        check("", None, false);
        check("abc", None, true);
        check("abc\n", Some("abc"), false);
        check("\n", Some(""), false);
        check("abc\ndef\ngh", Some("def"), true);
        check(&format!("a\n{long}\n"), Some(&long), false);
        check(&format!("{long}\nb\n{long}"), Some("b"), true);
        check(
            &format!("{long}{long}\n{long}"),
            Some(&format!("{long}{long}")),
            true,
        );
    }
}
