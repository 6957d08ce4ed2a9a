//! [`Lines`]: places in a text that are known as offsets.

use super::node::Place;

/// Finds lines and columns of places that are known as offsets.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// `offset`: in bytes. Columns count characters.
    pub(super) fn place(&self, offset: usize) -> Place {
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        let offset = (0..=offset.min(self.text.len()))
            .rev()
            .find(is_boundary)
            .unwrap_or(0);
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.text[self.starts[line - 1]..offset].chars().count() + 1;
        Place::at(line, column)
    }
}
