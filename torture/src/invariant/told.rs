//! The order in which a study's machine learns its facts, by the journal alone.

use std::collections::{BTreeMap, VecDeque};

use tuning_core::{Entry, EventKind, Fact, Order, TrialId};

/// The facts in the order in which they are told: each proposal stands behind all that it knew.
pub(super) fn told(entries: &[Entry], order: Order) -> Vec<&Fact> {
    let mut told = Vec::new();
    let mut line = Line::default();
    for entry in entries {
        let EventKind::Fact(fact) = &entry.kind else {
            continue;
        };
        if order == Order::AsFinished {
            told.push(fact);
            continue;
        }
        let in_flight = fact.trial().and_then(|trial| line.in_flight.get(&trial));
        match (fact, in_flight.copied()) {
            (Fact::Reported(_), Some(piece)) => line.hold(piece, fact, false),
            (Fact::Paused(_) | Fact::Ended(_), Some(piece)) => line.hold(piece, fact, true),
            // A proposal, or what is decided with one.
            _ => {
                line.tell_until(entry.known, &mut told);
                told.push(fact);
                if let Fact::Started(_) | Fact::Resumed(_) = fact {
                    line.push(fact);
                }
            }
        }
    }
    told
}

/// The pieces of work that were proposed and not told yet.
#[derive(Default)]
struct Line<'e> {
    told: u64,
    waiting: VecDeque<(Vec<&'e Fact>, bool)>,
    in_flight: BTreeMap<TrialId, u64>,
}

impl<'e> Line<'e> {
    fn push(&mut self, proposal: &Fact) {
        let piece = self.told + self.waiting.len() as u64;
        self.in_flight
            .extend(proposal.trial().map(|trial| (trial, piece)));
        self.waiting.push_back((Vec::new(), false));
    }

    fn hold(&mut self, piece: u64, fact: &'e Fact, ends: bool) {
        if let Some((facts, has_ended)) = self.waiting.get_mut((piece - self.told) as usize) {
            facts.push(fact);
            *has_ended = ends;
        }
        if ends && let Some(trial) = fact.trial() {
            self.in_flight.remove(&trial);
        }
    }

    fn tell_until(&mut self, pieces: u64, told: &mut Vec<&'e Fact>) {
        while self.told < pieces && self.waiting.front().is_some_and(|(_, ended)| *ended) {
            let facts = self.waiting.pop_front().map(|(facts, _)| facts);
            told.extend(facts.unwrap_or_default());
            self.told += 1;
        }
    }
}
