//! [`Curves`]: what the trials that have not ended have reported. It does not know what is made of it.

use std::{collections::BTreeMap, sync::Arc};

use tuning_core::{Fact, Fidelity, TrialId};

/// A report of a trial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    pub(super) at: Fidelity,
    pub(super) loss: f64,
    /// The lowest loss of this report and those before.
    pub(super) best: f64,
}

/// The reports of one trial, at rising fidelities.
#[derive(Clone, Debug, Default)]
pub(super) struct Curve(Vec<Report>);

impl Curve {
    /// Its reports in their order.
    pub(super) fn reports(&self) -> &[Report] {
        &self.0
    }

    /// The last report.
    pub(super) fn last(&self) -> Option<Report> {
        self.0.last().copied()
    }

    /// The fidelity of the last report but one.
    pub(super) fn previous(&self) -> Option<Fidelity> {
        Some(self.0.iter().nth_back(1)?.at)
    }

    /// A driver tells rising fidelities. One that is not above the last would be a second answer to the same question.
    fn push(&mut self, at: Fidelity, loss: f64) {
        let last = self.last();
        if last.is_none_or(|last| last.at < at) {
            let best = last.map_or(loss, |last| last.best.min(loss));
            self.0.push(Report { at, loss, best });
        }
    }
}

/// The curves of all trials that were started and have not ended; paused ones are among them.
///
/// A report of a trial that was not started, or has ended, is passed over. A copy shares the curves.
#[derive(Clone, Debug, Default)]
pub(super) struct Curves(BTreeMap<TrialId, Arc<Curve>>);

impl Curves {
    /// Learns one fact. Returns the curve of a trial that ends here.
    pub(super) fn tell(&mut self, fact: &Fact) -> Option<Arc<Curve>> {
        match fact {
            Fact::Started(started) => {
                self.0.entry(started.trial).or_default();
            }
            Fact::Reported(reported) => {
                let curve = self.0.get_mut(&reported.trial)?;
                Arc::make_mut(curve).push(reported.at, reported.values.first());
            }
            Fact::Ended(ended) => return self.0.remove(&ended.trial),
            _ => {}
        }
        None
    }

    /// What a trial has reported so far.
    pub(super) fn get(&self, trial: TrialId) -> Option<&Curve> {
        self.0.get(&trial).map(Arc::as_ref)
    }
}
