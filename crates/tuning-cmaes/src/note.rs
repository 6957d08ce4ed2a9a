//! [`Note`]: what a tag says of a proposal, enough to draw the same point again.

use tuning_core::{Seed, Tag};

use crate::NAME;

/// A trial was drawn with this seed from the distribution of this generation of this descent.
///
/// Parameters alone do not give the point back: coordinates beyond the border of the box, the place inside
/// the cell of an integer and inactive parameters are lost. The seed does, to the last bit, in 16 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) run: u64,
    pub(crate) generation: u64,
    pub(crate) seed: Seed,
}

impl Note {
    /// `cmaes:RUN.GENERATION.SEED`.
    pub(crate) fn tag(self) -> Tag {
        let Self {
            run,
            generation,
            seed,
        } = self;
        Tag::new(NAME, format_args!("{run}.{generation}.{:016x}", seed.get()))
    }

    /// The note of a tag of ours; none if it is another's, or makes no sense.
    pub(crate) fn read(tag: &Tag) -> Option<Self> {
        let (note, rest) = tag.unwrap(NAME)?;
        let mut parts = note.split('.');
        let mut part = || parts.next();
        let note = Self {
            run: part()?.parse().ok()?,
            generation: part()?.parse().ok()?,
            seed: Seed::new(u64::from_str_radix(part()?, 16).ok()?),
        };
        (rest.is_none() && parts.next().is_none()).then_some(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_and_nothing_else_does() {
        let note = Note {
            run: 3,
            generation: 41,
            seed: Seed::new(0xABC),
        };
        assert_eq!(note.tag().as_str(), "cmaes:3.41.0000000000000abc");
        assert_eq!(Note::read(&note.tag()), Some(note));
        for other in [
            "cmaes:",
            "cmaes:3.41",
            "cmaes:3.41.x",
            "cmaes:3.41.1.2",
            "cmaes:-1.0.0",
            "grid:3.41.1",
            "cmaes:1.1.1/grid:2",
            "",
        ] {
            assert_eq!(Note::read(&Tag::from(other.to_owned())), None, "{other}");
        }
    }
}
