//! [`Format`]: what the lines of a file look like, so that it is known which of them are whole, and which are ours.

use std::fmt;

/// What the lines of a kind of file look like.
pub(crate) trait Format: fmt::Debug + Send {
    /// What a line is one of: `event`.
    const LINE: &'static str;
    /// What the file is one of: `file of events`.
    const FILE: &'static str;

    /// Whether the first line of a file makes it one of this kind.
    fn is_first(line: &[u8]) -> bool;

    /// Whether this is a whole line, without its end.
    fn is_whole(line: &[u8]) -> bool;

    /// Whether this may be what is left of a line, or a line of which a part is damaged, and not text of another author.
    /// `ended`: whether it has an end.
    fn is_piece(line: &[u8], ended: bool) -> bool;
}
