//! [`Position`]: how far a strategy has got in a numbered sequence of points, as its tags tell.

use tuning_core::{Fact, Tag};

/// The place in a sequence behind the last point that was started: a fold of the strategy's own
/// `layer:INDEX` tags. A point that was proposed but not taken is passed over once a later one is.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    layer: &'static str,
    next: u128,
}

impl Position {
    pub(crate) fn new(layer: &'static str) -> Self {
        Self { layer, next: 0 }
    }

    /// The index of the next point.
    pub(crate) fn next(&self) -> u128 {
        self.next
    }

    /// The note on the point with this index.
    pub(crate) fn tag(&self, index: u128) -> Tag {
        match u64::try_from(index) {
            // Printing a `u128` takes several times as long.
            Ok(index) => Tag::new(self.layer, index),
            Err(_) => Tag::new(self.layer, index),
        }
    }

    pub(crate) fn tell(&mut self, fact: &Fact) {
        let Fact::Started(started) = fact else { return };
        if let Some(index) = self.index(&started.tag) {
            self.next = self.next.max(index.saturating_add(1));
        }
    }

    /// The index in a tag of ours.
    fn index(&self, tag: &Tag) -> Option<u128> {
        let (note, rest) = tag.unwrap(self.layer)?;
        if rest.is_none() {
            note.parse().ok()
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Space, Started, TrialId};

    use super::*;

    fn started(tag: Tag) -> Fact {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        Started::new(TrialId::new(0), space.decode(&[0.5]).unwrap())
            .tag(tag)
            .into()
    }

    #[test]
    fn only_own_tags_move_it() {
        let check = |tag: Tag, expect| {
            let mut position = Position::new("grid");
            position.tell(&started(tag.clone()));
            assert_eq!(position.next(), expect, "{tag}");
        };
        check(Tag::new("grid", 6), 7);
        check(Tag::new("grid", u128::MAX), u128::MAX);
        check(Tag::NONE, 0);
        check(Tag::new("sobol", 6), 0);
        check(Tag::new("grid", "six"), 0);
        check(Tag::new("grid", 6).wrap("dedup", ""), 0);
        check(Tag::new("sobol", 6).wrap("grid", 6), 0);
    }

    #[test]
    fn it_never_moves_back() {
        let mut position = Position::new("grid");
        for index in [3, 1, 0] {
            position.tell(&started(Tag::new("grid", index)));
        }
        assert_eq!(position.next(), 4);
    }
}
