//! [`Invariant`]: what a study keeps, whatever strikes it, and [`broken`]: which of that a record shows to be broken.

mod attempts;
mod budget;
mod decisions;
mod delivery;
mod journal;
mod told;

use std::fmt;

use tuning_core::{EventKind, Fact, Started, Tag};

use crate::{plan::Plan, record::Record};

/// What a study keeps, whatever strikes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// What was acknowledged, to an observer or a caller, is in the journal, and stays as it was.
    Acknowledged,
    /// Work whose trial has ended is never begun again, and what is done again has the same parameters.
    Finished,
    /// What is known of a trial comes from the attempt that was its last one then.
    Fenced,
    /// Trials are numbered from 0, without gap or double, in the journal and for its readers.
    Ids,
    /// A durable observer takes every event, in order, and none twice but after a failure; its file has each once.
    Durable,
    /// A lossy observer is told how many events it missed, and where.
    Lossy,
    /// What a summary says is the fold of the journal.
    Fold,
    /// No limit of the budget is passed.
    Budget,
    /// As proposed, it ends as one that was never struck and never died.
    AsProposed,
    /// It comes to its end.
    Alive,
}

/// An invariant that is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub invariant: Invariant,
    /// How.
    pub how: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.how)
    }
}

/// The invariants that a record shows to be broken. `undisturbed`: the record of the same study where nothing went wrong,
/// if its end is to be the same.
#[must_use]
pub fn broken(plan: &Plan, record: &Record, undisturbed: Option<&Record>) -> Vec<Breach> {
    let mut look = Look {
        plan,
        record,
        found: Vec::new(),
    };
    for how in &record.broken {
        look.found(Invariant::Alive, how);
    }
    look.acknowledged();
    look.finished();
    look.fenced();
    look.ids(&record.entries);
    look.ids(&record.read);
    look.durable();
    look.files();
    look.written();
    look.lossy();
    look.fold();
    look.budget();
    if let Some(undisturbed) = undisturbed {
        look.as_proposed(undisturbed);
    }
    look.found
}

/// Whether a trial was evaluated elsewhere.
fn is_added(started: &Started) -> bool {
    started.tag.note(Tag::ADDED).is_some()
}

struct Look<'a> {
    plan: &'a Plan,
    record: &'a Record,
    found: Vec<Breach>,
}

impl<'a> Look<'a> {
    fn found(&mut self, invariant: Invariant, how: impl Into<String>) {
        // One of each tells enough.
        if self.found.iter().all(|known| known.invariant != invariant) {
            let how = how.into();
            self.found.push(Breach { invariant, how });
        }
    }

    /// The facts of the journal, with their places.
    fn facts(&self) -> impl Iterator<Item = (usize, &'a Fact)> + use<'a> {
        let entries = self.record.entries.iter().enumerate();
        entries.filter_map(|(place, entry)| match &entry.kind {
            EventKind::Fact(fact) => Some((place, fact)),
            _ => None,
        })
    }

    /// The session that wrote the entry at this place.
    fn session_of(&self, place: usize) -> u32 {
        let before = self.record.lengths.iter().take_while(|len| **len <= place);
        u32::try_from(before.count()).unwrap_or(u32::MAX)
    }

    /// Whether the last session came to its end, and its observers to theirs.
    fn is_whole(&self) -> bool {
        let last = self.record.sessions.last();
        last.is_some_and(|session| session.ended.is_ok() && !session.struck)
    }
}
