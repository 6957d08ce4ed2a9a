//! [`Ranking`]: the best trials with their durations. Its memory grows with the rows that are shown and
//! the trials that are open, not with the study.

use std::collections::BTreeMap;

use tuning_core::{Best, EventKind, Fact, Fidelity, OpenTrial, Outcome, Params, TrialId, Values};

use crate::watched::Watched;

/// How many trials are shown by default: the best ones, and those of a front.
const BEST: usize = 5;
const FRONT: usize = 20;

/// The best trials so far.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    pub(super) limit: Option<usize>,
    /// Of a single objective, the best ones, best first; of several, those of the front.
    rows: Vec<Row>,
    /// How long open trials have been evaluated.
    took_micros: BTreeMap<TrialId, u64>,
}

/// A trial to show.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) trial: TrialId,
    pub(super) params: Params,
    pub(super) values: Values,
    /// The fidelity of the values if the trial has not run to its end.
    pub(super) at: Option<Fidelity>,
    /// None for a trial of an earlier session, or if it was not measured.
    pub(super) took_micros: Option<u64>,
}

impl Ranking {
    /// Learns an event that `watched` has learnt already; `over` is the trial that ended with it.
    pub(super) fn apply(&mut self, watched: &Watched, kind: &EventKind, over: Option<&OpenTrial>) {
        match kind {
            EventKind::Opened(opened) => {
                self.learn(watched, opened.best.as_ref());
            }
            EventKind::Closed(closed) => self.learn(watched, closed.best.as_ref()),
            EventKind::Fact(Fact::Paused(paused)) => {
                let took = self.took_micros.entry(paused.trial).or_default();
                *took = took.saturating_add(paused.took_micros);
            }
            EventKind::Fact(Fact::Ended(ended)) => {
                let before = self.took_micros.remove(&ended.trial).unwrap_or(0);
                if let (Outcome::Completed(values), Some(trial)) = (&ended.outcome, over) {
                    let took = before.saturating_add(ended.took_micros);
                    let row = Row {
                        trial: ended.trial,
                        params: trial.params.clone(),
                        values: values.clone(),
                        at: None,
                        took_micros: Some(took).filter(|took| *took > 0),
                    };
                    self.insert(watched, row);
                }
            }
            _ => {}
        }
    }

    /// The trials to show, in this order.
    pub(super) fn rows(&self, watched: &Watched) -> Vec<Row> {
        let limit = self.limit(watched);
        if is_front(watched) && !watched.front().is_empty() {
            let row = |best: &Best| match self.rows.iter().find(|row| row.trial == best.trial) {
                Some(row) => row.clone(),
                None => best.into(),
            };
            return watched.front().iter().take(limit).map(row).collect();
        }
        if self.rows.is_empty() {
            return watched
                .best()
                .into_iter()
                .take(limit)
                .map(Row::from)
                .collect();
        }
        self.rows.clone()
    }

    /// Learns the best trial from the driver: one of an earlier session, or one that was missed.
    fn learn(&mut self, watched: &Watched, best: Option<&Best>) {
        if let Some(best) = best.filter(|best| best.at.is_none()) {
            self.insert(watched, best.into());
        }
    }

    fn insert(&mut self, watched: &Watched, row: Row) {
        if !watched.is_informed() || self.rows.iter().any(|other| other.trial == row.trial) {
            return;
        }
        if is_front(watched) {
            self.rows.push(row);
            let front = watched.front();
            self.rows
                .retain(|row| front.iter().any(|best| best.trial == row.trial));
        } else {
            let loss = |row: &Row| watched.objectives().losses(&row.values).first();
            let place = self.rows.partition_point(|other| {
                loss(other)
                    .total_cmp(&loss(&row))
                    .then(other.trial.cmp(&row.trial))
                    .is_lt()
            });
            self.rows.insert(place, row);
            self.rows.truncate(self.limit(watched));
        }
    }

    fn limit(&self, watched: &Watched) -> usize {
        let usual = if is_front(watched) { FRONT } else { BEST };
        self.limit.unwrap_or(usual)
    }
}

impl From<&Best> for Row {
    fn from(best: &Best) -> Self {
        Self {
            trial: best.trial,
            params: best.params.clone(),
            values: best.values.clone(),
            at: best.at,
            took_micros: None,
        }
    }
}

fn is_front(watched: &Watched) -> bool {
    watched.objectives().len() > 1
}
