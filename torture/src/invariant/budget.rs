//! No limit of a budget is passed: at each proposal, what was known then is counted anew, piece of work by piece of work.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{EndReason, Fact, Fidelity, Metrics, Outcome, Resumed, Started, TrialId};

use super::{Invariant, Look, is_added, told::told};
use crate::{
    bench::WHOLE,
    plan::{Limit, TARGET},
};

/// A piece of work in flight.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// How far it is to run.
    until: u64,
    /// What its trial had cost before.
    before: f64,
}

/// What was spent by what is known.
#[derive(Debug, Default)]
struct Bill {
    started: u64,
    in_flight: BTreeMap<TrialId, Piece>,
    reached: BTreeMap<TrialId, u64>,
    resource: u64,
    costs: BTreeMap<TrialId, f64>,
    /// What each piece of work that has ended has cost.
    pieces: Vec<f64>,
    since_best: u64,
    best: Option<f64>,
    /// Trials that were evaluated elsewhere, which use up nothing.
    added: BTreeSet<TrialId>,
}

impl Bill {
    fn reach(&mut self, trial: TrialId, at: u64) {
        let reached = self.reached.entry(trial).or_default();
        self.resource += at.saturating_sub(*reached);
        *reached = at.max(*reached);
    }

    fn cost(&mut self, trial: TrialId, metrics: &Metrics) {
        self.costs
            .extend(metrics.get("cost").map(|cost| (trial, cost)));
    }

    fn cost_of(&self, trial: TrialId) -> f64 {
        self.costs.get(&trial).copied().unwrap_or_default()
    }

    fn begin(&mut self, trial: TrialId, until: Option<Fidelity>, whole: u64) {
        let until = until.map_or(whole, Fidelity::get);
        let before = self.cost_of(trial);
        self.in_flight.insert(trial, Piece { until, before });
    }

    fn end(&mut self, trial: TrialId) {
        if let Some(piece) = self.in_flight.remove(&trial) {
            self.pieces.push(self.cost_of(trial) - piece.before);
        }
    }

    fn tell(&mut self, fact: &Fact, whole: u64) {
        match fact {
            Fact::Started(started) if is_added(started) => {
                self.added.insert(started.trial);
            }
            Fact::Ended(ended) if self.added.contains(&ended.trial) => self.improve(&ended.outcome),
            Fact::Started(started) => {
                self.started += 1;
                let from = started.fork.and_then(|fork| fork.at).unwrap_or_default();
                self.reached.insert(started.trial, from.get());
                self.begin(started.trial, started.until, whole);
            }
            Fact::Resumed(resumed) => self.begin(resumed.trial, resumed.until, whole),
            Fact::Reported(reported) => {
                self.reach(reported.trial, reported.at.get());
                self.cost(reported.trial, &reported.metrics);
            }
            Fact::Paused(paused) => {
                self.reach(paused.trial, paused.at.get());
                self.cost(paused.trial, &paused.metrics);
                self.end(paused.trial);
            }
            Fact::Ended(ended) => {
                // How far a failed one came is not known.
                if let (false, Some(piece)) = (
                    ended.outcome == Outcome::Stopped,
                    self.in_flight.get(&ended.trial).copied(),
                ) {
                    self.reach(ended.trial, piece.until);
                }
                self.cost(ended.trial, &ended.metrics);
                self.end(ended.trial);
                self.since_best += 1;
                self.improve(&ended.outcome);
            }
            _ => {}
        }
    }

    fn improve(&mut self, outcome: &Outcome) {
        if let Outcome::Completed(values) = outcome
            && self.best.is_none_or(|best| values.first() < best)
        {
            (self.best, self.since_best) = (Some(values.first()), 0);
        }
    }

    /// How much resource a proposal asks for.
    fn asks_for(&self, fact: &Fact, whole: u64) -> u64 {
        let (from, until) = match fact {
            Fact::Started(started) => {
                let from = started.fork.and_then(|fork| fork.at).unwrap_or_default();
                (from.get(), started.until)
            }
            Fact::Resumed(resumed) => {
                let reached = self.reached.get(&resumed.trial).copied();
                (reached.unwrap_or_default(), resumed.until)
            }
            _ => return 0,
        };
        until.map_or(whole, Fidelity::get).saturating_sub(from)
    }

    /// Which limit is reached with what is in flight; of resource, which is passed by a proposal that asks for this much more.
    fn reaches(&self, limit: Limit, asked: u64) -> Option<String> {
        match limit {
            Limit::Resource(limit) => {
                let promised = self.in_flight.iter().map(|(trial, piece)| {
                    let reached = self.reached.get(trial).copied().unwrap_or_default();
                    piece.until.saturating_sub(reached)
                });
                let all = self.resource + promised.sum::<u64>() + asked;
                (all > limit).then(|| format!("{all} of the resource of {limit} would be in use"))
            }
            Limit::Cost(limit) => {
                let spent: f64 = self.costs.values().sum();
                let mean = self.pieces.iter().sum::<f64>() / (self.pieces.len().max(1)) as f64;
                let promised = self.in_flight.iter().map(|(trial, piece)| {
                    let so_far = self.cost_of(*trial) - piece.before;
                    (mean - so_far).max(0.0)
                });
                let (all, limit) = (spent + promised.sum::<f64>(), f64::from(limit));
                // Sums of means are not exact.
                (all >= limit + 1e-6).then(|| format!("{all} of the cost of {limit} was in use"))
            }
            Limit::NoImprovement(trials) => (self.since_best >= trials)
                .then(|| format!("{} trials had not improved", self.since_best)),
            Limit::Target => self
                .best
                .filter(|best| *best <= TARGET)
                .map(|best| format!("{best} had reached the target")),
            Limit::None | Limit::Time(_) => None,
        }
    }
}

impl Look<'_> {
    pub(super) fn budget(&mut self) {
        let plan = self.plan;
        let whole = match plan.fidelity {
            true => WHOLE,
            false => 0,
        };
        let mut bill = Bill::default();
        for fact in told(&self.record.entries, plan.order) {
            let is_free = matches!(fact, Fact::Started(started) if is_added(started));
            if let Fact::Started(Started { trial, .. }) | Fact::Resumed(Resumed { trial, .. }) =
                fact
                && !is_free
                && let Some(reached) = bill.reaches(plan.limit, bill.asks_for(fact, whole))
            {
                let how = format!("{reached} when trial {trial} was proposed");
                self.found(Invariant::Budget, how);
            }
            bill.tell(fact, whole);
        }
        if bill.started > plan.trials {
            let how = format!("{} trials were started of {}", bill.started, plan.trials);
            self.found(Invariant::Budget, how);
        }
        let last = self.record.sessions.last();
        if let Some(Ok(summary)) = last.map(|session| &session.ended)
            && summary.reason == EndReason::Trials
            && bill.started != plan.trials
        {
            let how = format!("it ended after {} of {} trials", bill.started, plan.trials);
            self.found(Invariant::Budget, how);
        }
    }
}
