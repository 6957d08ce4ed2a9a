//! [`Backwards`]: the whole lines of a file, from its end to its beginning, in time that is linear in their length.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

/// How much is read at first. It doubles while no line ends in what was read.
const BLOCK: u64 = 16 << 10;

/// The lines of a file from its end to its beginning.
pub(super) struct Backwards<'a> {
    file: &'a mut File,
    /// Where what was read begins in the file.
    start: u64,
    /// What was read and is not passed on.
    read: Vec<u8>,
}

/// A line and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) begin: u64,
    /// Without its end.
    pub(super) text: Vec<u8>,
    /// Whether it has an end.
    pub(super) ended: bool,
}

impl<'a> Backwards<'a> {
    /// Begins at the end of the file.
    pub(super) fn new(file: &'a mut File) -> io::Result<Self> {
        let start = file.seek(SeekFrom::End(0))?;
        Ok(Self {
            file,
            start,
            read: Vec::new(),
        })
    }

    /// The line before; the first one may have no end.
    pub(super) fn before(&mut self) -> io::Result<Option<Line>> {
        if self.read.is_empty() && !self.read_more()? {
            return Ok(None);
        }
        let ended = self.read.last() == Some(&b'\n');
        loop {
            let end = self.read.len() - usize::from(ended);
            let before = self.read[..end].iter().rposition(|byte| *byte == b'\n');
            if before.is_none() && self.read_more()? {
                continue;
            }
            let begin = before.map_or(0, |before| before + 1);
            let mut text = self.read.split_off(begin);
            text.truncate(end - begin);
            return Ok(Some(Line {
                begin: self.start + begin as u64,
                text,
                ended,
            }));
        }
    }

    /// Reads what stands before what was read; returns whether there was anything.
    fn read_more(&mut self) -> io::Result<bool> {
        let size = self.start.min(BLOCK.max(self.read.len() as u64));
        if size == 0 {
            return Ok(false);
        }
        self.start -= size;
        self.file.seek(SeekFrom::Start(self.start))?;
        let mut read = Vec::new();
        self.file.by_ref().take(size).read_to_end(&mut read)?;
        read.append(&mut self.read);
        self.read = read;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_from_the_last_to_the_first_however_long_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let long = "x".repeat(100_000);
        let check = |lines: &[&str], ended: bool| {
            let mut text = lines.join("\n");
            if ended {
                text.push('\n');
            }
            std::fs::write(&path, &text).unwrap();
            let mut file = File::open(&path).unwrap();
            let mut backwards = Backwards::new(&mut file).unwrap();
            let mut found = Vec::new();
            while let Some(line) = backwards.before().unwrap() {
                assert_eq!(line.ended, ended || !found.is_empty());
                assert!(text.as_bytes()[line.begin as usize..].starts_with(&line.text));
                found.push(String::from_utf8(line.text).unwrap());
            }
            found.reverse();
            assert_eq!(found, lines);
        };
        check(&[], false);
        check(&[""], true);
        check(&["abc"], true);
        check(&["abc"], false);
        check(&["", "", "b"], true);
        check(&["a", "b", "c"], false);
        check(&["a", &long, "", &long], true);
        check(&[&long, "b", &long], false);
        check(&[&long, &long], false);
    }
}
