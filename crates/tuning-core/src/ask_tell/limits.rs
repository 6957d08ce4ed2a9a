//! The budget as a fold of the facts that were told: no clock, so the same facts give the same end.

use std::collections::{BTreeMap, BTreeSet};

use super::failures::Failures;
use crate::{
    Budget, Counted, EndReason, Fidelity, FidelityRange, Metrics, Objective, Objectives, Outcome,
    Problem, TrialId, Values,
    fact::{Budgeted, Fact},
    resource::Resource,
};

/// How much of a budget is spent, by the facts told so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Spent {
    best: Option<f64>,
    since_best: u64,
    resource: Resource,
    cost: f64,
    completed: u64,
    /// How many trials were added, and those of them whose end was not told yet.
    added: u64,
    adding: BTreeSet<TrialId>,
    failures: Failures,
    /// Of the trials that have not ended.
    paid: BTreeMap<TrialId, Paid>,
    /// Those of them that work is in hand for.
    working: BTreeSet<TrialId>,
    /// How many pieces of work have ended, and what they have cost together.
    pieces: u64,
    of_pieces: f64,
}

/// Sums of decimal fractions are not exact: `0.1` ten times is less than `1`.
const ROUNDING: f64 = 1e-9;

/// What a trial that has not ended has cost: what is counted already, and what of it is of earlier pieces of work.
#[derive(Clone, Copy, Debug, Default)]
struct Paid {
    cost: f64,
    before: f64,
}

impl Spent {
    /// Learns a fact whose values are losses.
    pub(super) fn tell(&mut self, problem: &Problem, fact: &Fact) {
        self.resource.tell(whole(problem), fact);
        match fact {
            Fact::Budgeted(_) => {}
            // It was paid for elsewhere, and says nothing of what evaluates here.
            Fact::Started(started) if started.tag.is_added() => {
                self.added += 1;
                self.adding.insert(started.trial);
            }
            Fact::Ended(ended) if self.adding.remove(&ended.trial) => {
                self.improves(&ended.outcome);
            }
            Fact::Started(started) => {
                self.paid.insert(started.trial, Paid::default());
                self.working.insert(started.trial);
            }
            Fact::Resumed(resumed) => {
                if let Some(paid) = self.paid.get_mut(&resumed.trial) {
                    paid.before = paid.cost;
                }
                self.working.insert(resumed.trial);
            }
            Fact::Reported(reported) => self.costs(problem, reported.trial, &reported.metrics),
            Fact::Paused(paused) => {
                self.costs(problem, paused.trial, &paused.metrics);
                self.failures
                    .tell(problem.budget.failures, paused.trial, None);
                self.piece_ended(paused.trial);
            }
            Fact::Ended(ended) => {
                self.costs(problem, ended.trial, &ended.metrics);
                // One that was given up while it was paused says nothing new.
                if self.working.contains(&ended.trial) {
                    let (limit, outcome) = (problem.budget.failures, &ended.outcome);
                    self.failures.tell(limit, ended.trial, Some(outcome));
                }
                self.piece_ended(ended.trial);
                self.paid.remove(&ended.trial);
                self.since_best += 1;
                self.completed += u64::from(matches!(ended.outcome, Outcome::Completed(_)));
                self.improves(&ended.outcome);
            }
        }
    }

    /// Notes an outcome that is the best so far.
    fn improves(&mut self, outcome: &Outcome) {
        if let Outcome::Completed(losses) = outcome
            && self.best.is_none_or(|best| losses.first() < best)
        {
            self.best = Some(losses.first());
            self.since_best = 0;
        }
    }

    /// Whether this trial was added, and its end was not told yet.
    pub(super) fn is_adding(&self, trial: TrialId) -> bool {
        self.adding.contains(&trial)
    }

    /// What a strategy is told of the budget. What it can count is trials, no matter who started them: so those that were
    /// added and use up nothing are on top of it.
    pub(super) fn budgeted(&self, budget: &Budget) -> Budgeted {
        let mut budgeted = Budgeted::new(budget);
        if budget.of != Counted::All {
            budgeted.trials = budgeted
                .trials
                .map(|trials| trials.saturating_add(self.added));
        }
        budgeted
    }

    /// A trial counts with the last value of the metric, wherever it measured it.
    fn costs(&mut self, problem: &Problem, trial: TrialId, metrics: &Metrics) {
        let Some(limit) = &problem.budget.cost else {
            return;
        };
        if let Some(cost) = metrics.get(&limit.metric) {
            let paid = self.paid.entry(trial).or_default();
            self.cost += cost - paid.cost;
            paid.cost = cost;
        }
    }

    fn piece_ended(&mut self, trial: TrialId) {
        if self.working.remove(&trial)
            && let Some(paid) = self.paid.get(&trial)
        {
            self.pieces += 1;
            self.of_pieces += paid.cost - paid.before;
        }
    }

    /// Why nothing more is to be proposed until some of the work in hand has ended, if so: with it, a limit is reached. Of
    /// resource it is to use what it was asked for; a piece of work that has not measured its cost yet is taken to cost as
    /// much as those before it have on average.
    pub(super) fn promised(&self, budget: &Budget) -> Option<EndReason> {
        if budget.resource.is_none() && budget.cost.is_none() {
            return None;
        }
        let expected = match self.pieces {
            0 => 0.0,
            pieces => self.of_pieces / pieces as f64,
        };
        let mut cost = self.cost;
        let in_hand = self.working.iter();
        for paid in in_hand.filter_map(|trial| self.paid.get(trial)) {
            cost += (expected - (paid.cost - paid.before)).max(0.0);
        }
        spent(budget, self.resource.in_use(), cost)
    }

    /// How much resource the budget leaves for work that begins now.
    pub(super) fn resource_left(&self, budget: &Budget) -> Option<u64> {
        Some(budget.resource?.saturating_sub(self.resource.in_use()))
    }

    /// Whether the budget leaves the resource that a proposal asks for, as the fact that it is accepted: a piece of work that
    /// could go beyond the limit is not begun.
    pub(super) fn affords(&self, problem: &Problem, fact: &Fact) -> bool {
        let asked = self.resource.asked_by(whole(problem), fact);
        self.resource_left(&problem.budget)
            .is_none_or(|left| asked <= left)
    }

    /// How many new trials the budget still allows, of `started` so far.
    pub(super) fn trials_left(&self, budget: &Budget, started: u64) -> Option<u64> {
        let counted = match budget.of {
            Counted::All => started,
            Counted::Started => started.saturating_sub(self.added),
            // Those in hand may complete.
            Counted::Completed => self.completed + self.paid.len() as u64,
        };
        Some(budget.trials?.saturating_sub(counted))
    }

    /// Whether too many trials failed: something is broken.
    pub(super) fn is_broken(&self, budget: &Budget) -> bool {
        self.failures.are_too_many(budget.failures)
    }

    /// The study ended because it was broken, and may have been fixed: its failures so far do not count again.
    pub(super) fn forgive(&mut self, untold: impl Iterator<Item = TrialId>) {
        self.failures.forgive(untold);
    }

    /// Why nothing more is to be proposed, if so.
    pub(super) fn over(&self, budget: &Budget, objectives: &Objectives) -> Option<EndReason> {
        let target = budget.target.and_then(|target| loss(objectives, target));
        let hit = |limit: Option<bool>| limit.unwrap_or(false);
        if hit(target.and_then(|target| Some(self.best? <= target))) {
            Some(EndReason::Target)
        } else if self.is_broken(budget) {
            Some(EndReason::Failures)
        } else if hit(budget.no_improvement.map(|n| self.since_best >= n)) {
            Some(EndReason::NoImprovement)
        } else {
            spent(budget, self.resource.used(), self.cost)
        }
    }
}

/// The fidelity of a whole trial.
fn whole(problem: &Problem) -> Option<Fidelity> {
    problem.fidelity.map(FidelityRange::max)
}

/// Which limit is reached by this much resource and cost.
fn spent(budget: &Budget, resource: u64, cost: f64) -> Option<EndReason> {
    if budget.resource.is_some_and(|limit| resource >= limit) {
        return Some(EndReason::Resource);
    }
    let limit = budget.cost.as_ref()?.limit;
    (cost >= limit - limit.abs() * ROUNDING).then_some(EndReason::Cost)
}

/// The first objective's target as a loss.
fn loss(objectives: &Objectives, target: f64) -> Option<f64> {
    let first: Objective = objectives.first()?.clone();
    let only = Objectives::new([first]).ok()?;
    Some(only.losses(&Values::one(target).ok()?).first())
}
