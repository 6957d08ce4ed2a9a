//! [`Note`]: what a tag says of a proposal, enough to draw the same point again.

use tuning_core::{Seed, Tag};

use crate::NAME;

/// A note on a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// One of the points that are spread over the space first.
    Startup,
    /// Drawn with this seed from the distribution of this generation of this run.
    Draw {
        run: u64,
        generation: u64,
        seed: Seed,
    },
}

impl Note {
    pub(crate) fn tag(self) -> Tag {
        match self {
            Self::Startup => Tag::new(NAME, "startup"),
            Self::Draw {
                run,
                generation,
                seed,
            } => Tag::new(NAME, format_args!("{run}.{generation}.{:016x}", seed.get())),
        }
    }

    /// The note of a tag of ours; none if it is another's, or makes no sense.
    pub(crate) fn read(tag: &Tag) -> Option<Self> {
        let (note, rest) = tag.unwrap(NAME)?;
        if !rest.is_none() {
            return None;
        }
        if note == "startup" {
            return Some(Self::Startup);
        }
        let mut parts = note.split('.');
        let run = parts.next()?.parse().ok()?;
        let generation = parts.next()?.parse().ok()?;
        let seed = u64::from_str_radix(parts.next()?, 16).ok()?;
        parts.next().is_none().then_some(Self::Draw {
            run,
            generation,
            seed: Seed::new(seed),
        })
    }
}
