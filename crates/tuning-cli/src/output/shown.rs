//! [`shown`]: the boundary where text becomes what a terminal shows.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use tuning_observers::{is_hidden, printable};

/// The text as a terminal may show it, in its lines. Whatever would control the terminal, or cannot be seen, is written
/// as in a program.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let stays = |char: char| matches!(char, '\n' | '\t');
    if !text.contains(|char| is_hidden(char) && !stays(char)) {
        return text.into();
    }
    let mut lines = String::with_capacity(text.len());
    for piece in text.split_inclusive(stays) {
        let end = piece.len() - usize::from(piece.ends_with(stays));
        lines += &printable(&piece[..end]);
        lines += &piece[end..];
    }
    lines.into()
}

/// The same for bytes that come in pieces, which may end within a character.
#[derive(Debug, Default)]
pub(super) struct Shown {
    rest: Vec<u8>,
}

impl Shown {
    /// Writes what is whole of these bytes and those before; what is no text becomes \u{fffd}.
    pub(super) fn write(&mut self, out: &mut impl Write, bytes: &[u8]) -> io::Result<usize> {
        let mut text = std::mem::take(&mut self.rest);
        text.extend_from_slice(bytes);
        let mut left = &text[..];
        while !left.is_empty() {
            match std::str::from_utf8(left) {
                Ok(whole) => {
                    out.write_all(shown(whole).as_bytes())?;
                    break;
                }
                Err(error) => {
                    let (whole, broken) = left.split_at(error.valid_up_to());
                    out.write_all(shown(&String::from_utf8_lossy(whole)).as_bytes())?;
                    let Some(length) = error.error_len() else {
                        self.rest = broken.to_vec();
                        break;
                    };
                    out.write_all("\u{fffd}".as_bytes())?;
                    left = &broken[length..];
                }
            }
        }
        Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_tabs_stay_and_everything_else_that_is_hidden_does_not() {
        assert_eq!(shown("a\tb\n\nc\n"), "a\tb\n\nc\n");
        assert_eq!(
            shown("a\r\nb\u{1b}]8;;x\u{7}\u{9b}1m"),
            "a\\r\nb\\u{1b}]8;;x\\u{7}\\u{9b}1m"
        );
        assert!(matches!(shown("größe\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn bytes_are_shown_however_they_are_cut() {
        let text = "größe \u{1b}[31m🦀\u{202e}\n".as_bytes().to_vec();
        let text = [&text[..], &[0xff, b'a', 0xf0, 0x9f]].concat();
        for size in 1..=text.len() {
            let (mut out, mut shown) = (Vec::new(), Shown::default());
            for piece in text.chunks(size) {
                assert_eq!(shown.write(&mut out, piece).unwrap(), piece.len());
            }
            let expect = "größe \\u{1b}[31m🦀\\u{202e}\n\u{fffd}a";
            assert_eq!(String::from_utf8(out).unwrap(), expect);
        }
    }
}
