//! [`History`]: what the plan looks at. A fold of the facts, of bounded size.

use std::collections::{BTreeMap, VecDeque};

use tuning_core::{Fact, Outcome, TrialId, Values};

use crate::expert::Expert;

/// How many of the last results tell who is doing well, and how long trials take.
const RECENT: usize = 60;

/// What has happened so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    results: u64,
    open: BTreeMap<TrialId, Option<Expert>>,
    best: Option<f64>,
    /// How many results there were when the best one came.
    best_at: u64,
    recent: VecDeque<Gain>,
    micros: VecDeque<u64>,
}

/// What a trial of a member was good for.
#[derive(Clone, Copy, Debug)]
struct Gain {
    expert: Expert,
    improved: bool,
}

impl History {
    /// Learns a fact; `expert` proposed the trial, if it starts one of ours.
    pub(crate) fn tell(&mut self, fact: &Fact, expert: Option<Expert>) {
        match fact {
            Fact::Started(started) => {
                self.open.insert(started.trial, expert);
            }
            Fact::Ended(ended) => {
                let Some(expert) = self.open.remove(&ended.trial) else {
                    return;
                };
                if ended.took_micros > 0 {
                    push(&mut self.micros, ended.took_micros);
                }
                let improved = match &ended.outcome {
                    Outcome::Completed(values) => {
                        self.results += 1;
                        self.improves(values)
                    }
                    _ => false,
                };
                if let Some(expert) = expert {
                    push(&mut self.recent, Gain { expert, improved });
                }
            }
            _ => {}
        }
    }

    /// Whether these losses are better than all before. With several objectives that cannot be said briefly: none is.
    fn improves(&mut self, values: &Values) -> bool {
        let [loss] = values.as_slice() else {
            return false;
        };
        let better = self.best.is_none_or(|best| *loss < best);
        if better {
            self.best = Some(*loss);
            self.best_at = self.results;
        }
        better
    }

    /// How many trials have completed.
    pub(crate) fn results(&self) -> u64 {
        self.results
    }

    /// How many results came after the best one. With several objectives there is no best one: 0.
    pub(crate) fn since_best(&self) -> u64 {
        self.best.map_or(0, |_| self.results - self.best_at)
    }

    /// How many trials have started and not ended.
    pub(crate) fn open(&self) -> u64 {
        self.open.len() as u64
    }

    /// The median of how long the last trials took, in seconds; none if that is not known.
    pub(crate) fn trial_seconds(&self) -> Option<f64> {
        let mut micros: Vec<u64> = self.micros.iter().copied().collect();
        micros.sort_unstable();
        let middle = micros.get(micros.len() / 2)?;
        Some(*middle as f64 / 1e6)
    }

    /// How often a member's last trials improved on everything before: a cautious estimate between 0 and 1, for a member
    /// without trials 1/4.
    pub(crate) fn promise(&self, expert: Expert) -> f64 {
        let of = self.recent.iter().filter(|gain| gain.expert == expert);
        let (all, good) = of.fold((0, 0), |(all, good), gain| {
            (all + 1, good + usize::from(gain.improved))
        });
        (good as f64 + 1.0) / (all as f64 + 4.0)
    }
}

fn push<T>(queue: &mut VecDeque<T>, value: T) {
    if queue.len() == RECENT {
        queue.pop_front();
    }
    queue.push_back(value);
}
