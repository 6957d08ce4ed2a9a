//! [`Lines`]: places in a text that are known as offsets.

use super::node::Place;

/// Characters are counted once per this many bytes: a file may be one long line.
const BLOCK: usize = 1024;

/// Finds lines and columns of places that are known as offsets.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters begin before each block, and in all.
    before: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mut count = 0;
        let mut before = vec![0];
        for block in text.as_bytes().chunks(BLOCK) {
            count += block.iter().filter(|byte| begins(**byte)).count();
            before.push(count);
        }
        Self {
            before,
            starts: std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect(),
            text,
        }
    }

    /// `offset`: in bytes. Columns count characters.
    pub(super) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.letters(offset) - self.letters(self.starts[line - 1]) + 1;
        // Within a character it is that one.
        let within = usize::from(!self.text.is_char_boundary(offset));
        Place::at(line, column - within)
    }

    /// How many characters begin before an offset.
    fn letters(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let bytes = &self.text.as_bytes()[block * BLOCK..offset];
        self.before[block] + bytes.iter().filter(|byte| begins(**byte)).count()
    }
}

/// Whether a character of UTF-8 begins with this byte.
fn begins(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_across_blocks() {
        for length in [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK, 3 * BLOCK + 7] {
            let text = format!("a\n{}x", "ü".repeat(length));
            let lines = Lines::of(&text);
            assert_eq!(
                lines.place(text.len() - 1),
                Place::at(2, length + 1),
                "{length}"
            );
            assert_eq!(
                lines.place(text.len()),
                Place::at(2, length + 2),
                "{length}"
            );
            assert_eq!(
                lines.place(text.len() + 9),
                Place::at(2, length + 2),
                "{length}"
            );
            assert_eq!(lines.place(1), Place::at(1, 2));
        }
    }

    #[test]
    fn within_a_character_it_is_that_one() {
        assert_eq!(Lines::of("aüb").place(2), Place::at(1, 2));
    }

    #[test]
    fn an_empty_text_has_a_beginning() {
        assert_eq!(Lines::of("").place(0), Place::at(1, 1));
    }
}
