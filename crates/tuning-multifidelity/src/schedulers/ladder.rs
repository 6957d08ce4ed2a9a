//! [`Ladder`]: who has reached which rung, who waits there, and who runs: a fold of the facts.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Ended, Fidelity, Outcome, Paused, Resumed, Started, TrialId};

use super::{
    rungs::Rungs,
    split::{Entry, Split},
};

/// One rung.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rung {
    /// All that have reached it, with the boundary behind those that may continue.
    entries: Split,
    /// Those of them that are paused here.
    waiting: BTreeSet<Entry>,
    /// How many run to reach it.
    coming: usize,
}

/// A trial of ours that has not ended.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Runs to reach this rung.
    Coming(usize),
    /// Is paused at this rung.
    Waiting(usize, Entry),
}

/// Who has reached which rung.
///
/// A trial is compared where it pauses: at the highest rung at or below the fidelity that it has reached. A trial that
/// fails or is stopped on its way to a rung takes no place there; the places that it has below stay its own, as do those
/// of a trial that was given up.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    rungs: Rungs,
    factor: usize,
    ladder: Vec<Rung>,
    ours: BTreeMap<TrialId, Place>,
    /// How many trials have run to their end.
    whole: usize,
}

impl Ladder {
    pub(crate) fn new(rungs: Rungs, factor: u32) -> Self {
        Self {
            ladder: vec![Rung::default(); rungs.count()],
            rungs,
            factor: usize::try_from(factor).unwrap_or(usize::MAX),
            ours: BTreeMap::new(),
            whole: 0,
        }
    }

    pub(crate) fn rungs(&self) -> &Rungs {
        &self.rungs
    }

    /// How many have reached the lowest rung, or run to it.
    pub(crate) fn begun(&self) -> usize {
        self.ladder[0].entries.len() + self.ladder[0].coming
    }

    /// The paused trials that may continue, from the highest rung down and the best of each first, with the rung that each
    /// goes to.
    // Li et al. 2020, arXiv:1810.05934, Alg. 2, `get_job`. To resume one changes no rung below it, so all of these are
    // due at once.
    pub(crate) fn promotable(&self) -> impl Iterator<Item = (TrialId, usize)> + '_ {
        let rungs = self.ladder.iter().enumerate().rev();
        rungs.flat_map(|(index, rung)| {
            let boundary = rung.entries.boundary().copied();
            let best = rung.waiting.iter();
            best.take_while(move |entry| boundary.is_some_and(|last| **entry <= last))
                .map(move |entry| (entry.trial, index + 1))
        })
    }

    /// The paused trials that can never continue, if no trial starts any more: those behind the best ones of a rung that no
    /// trial can reach any more. With their rungs.
    pub(crate) fn left_behind(&self) -> impl Iterator<Item = (usize, Entry)> + '_ {
        let rungs = self.ladder.iter().enumerate();
        let closed = rungs.scan(true, |closed, (index, rung)| {
            *closed &= rung.coming == 0;
            let here = *closed;
            let boundary = rung.entries.boundary();
            let lead = rung.waiting.first();
            // Those that continue from here will come to the rungs above.
            *closed &= lead.is_none_or(|lead| boundary.is_none_or(|last| lead > last));
            Some((index, rung, here))
        });
        let closed = closed.filter(|(_, _, here)| *here);
        closed.flat_map(|(index, rung, _)| {
            let boundary = rung.entries.boundary().copied();
            let worst = rung.waiting.iter().rev();
            worst
                .take_while(move |entry| boundary.is_none_or(|last| **entry > last))
                .map(move |entry| (index, *entry))
        })
    }

    /// The paused trials of the lowest rung behind this entry.
    pub(crate) fn behind(&self, last: Option<&Entry>) -> impl Iterator<Item = Entry> + '_ {
        let last = last.copied();
        let worst = self.ladder[0].waiting.iter().rev();
        worst
            .take_while(move |entry| last.is_none_or(|last| **entry > last))
            .copied()
    }

    /// The best paused trial of the highest rung that has one, with the rung above.
    pub(crate) fn leader(&self) -> Option<(TrialId, usize)> {
        let mut rungs = self.ladder.iter().enumerate().rev();
        rungs.find_map(|(index, rung)| Some((rung.waiting.first()?.trial, index + 1)))
    }

    /// Whether a trial has run to its end.
    pub(crate) fn has_whole(&self) -> bool {
        self.whole > 0
    }

    /// A trial of ours runs to its first rung.
    pub(crate) fn started(&mut self, started: &Started) {
        self.comes(started.trial, started.until);
    }

    /// A trial of ours runs to the next rung; others are passed over.
    pub(crate) fn resumed(&mut self, resumed: &Resumed) {
        if let Some(place) = self.ours.remove(&resumed.trial) {
            self.leaves(place);
            self.comes(resumed.trial, resumed.until);
        }
    }

    /// A trial of ours has reached a rung: returns what it has there. Others are passed over.
    pub(crate) fn paused(&mut self, paused: &Paused) -> Option<(usize, Entry)> {
        let place = self.ours.remove(&paused.trial)?;
        self.leaves(place);
        let entry = Entry::new(paused.values.first(), paused.trial);
        let index = self.rungs.reached(paused.at);
        self.enter(index, entry);
        self.ladder[index].waiting.insert(entry);
        self.ours.insert(paused.trial, Place::Waiting(index, entry));
        Some((index, entry))
    }

    /// A trial of ours has ended; others are passed over.
    pub(crate) fn ended(&mut self, ended: &Ended) {
        let Some(place) = self.ours.remove(&ended.trial) else {
            return;
        };
        self.leaves(place);
        if let Outcome::Completed(values) = &ended.outcome {
            self.whole += 1;
            self.enter(self.rungs.top(), Entry::new(values.first(), ended.trial));
        }
    }

    fn comes(&mut self, trial: TrialId, until: Option<Fidelity>) {
        let index = self.rungs.of(until);
        self.ladder[index].coming += 1;
        self.ours.insert(trial, Place::Coming(index));
    }

    fn leaves(&mut self, place: Place) {
        match place {
            Place::Coming(index) => self.ladder[index].coming -= 1,
            Place::Waiting(index, entry) => drop(self.ladder[index].waiting.remove(&entry)),
        }
    }

    fn enter(&mut self, index: usize, entry: Entry) {
        let entries = &mut self.ladder[index].entries;
        entries.insert(entry);
        entries.keep(entries.len() / self.factor);
    }
}
