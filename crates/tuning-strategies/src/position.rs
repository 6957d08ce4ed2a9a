//! [`Position`]: how far a strategy has got in a numbered sequence of points, as its tags tell.

use tuning_core::{Fact, LoadError, Snapshot, Tag};

/// The format of a saved position: the number, 16 bytes, the lowest first.
const FORMAT: u32 = 1;

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

    pub(crate) fn save(&self) -> Snapshot {
        Snapshot::new(FORMAT, self.next.to_le_bytes())
    }

    pub(crate) fn load(&mut self, snapshot: &Snapshot) -> Result<(), LoadError> {
        if snapshot.format != FORMAT {
            return Err(LoadError::Format {
                found: snapshot.format,
            });
        }
        let bytes = snapshot
            .bytes
            .as_slice()
            .try_into()
            .map_err(|_| LoadError::Corrupt)?;
        self.next = u128::from_le_bytes(bytes);
        Ok(())
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

    #[test]
    fn a_saved_position_is_loaded_and_a_damaged_one_refused() {
        let mut old = Position::new("grid");
        old.tell(&started(Tag::new("grid", 6)));
        let mut new = Position::new("grid");
        new.load(&old.save()).unwrap();
        assert_eq!(new.next(), 7);
        assert_eq!(
            new.load(&Snapshot::new(9, [])),
            Err(LoadError::Format { found: 9 })
        );
        assert_eq!(new.load(&Snapshot::new(1, [0; 3])), Err(LoadError::Corrupt));
        assert_eq!(new.next(), 7);
    }
}
