//! The budget as a fold of the facts that were told: no clock, so the same facts give the same end.

use std::collections::BTreeMap;

use crate::{
    Budget, EndReason, Fidelity, FidelityRange, Metrics, Objective, Objectives, Outcome, Problem,
    TrialId, Values, fact::Fact,
};

/// How much of a budget is spent, by the facts told so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Spent {
    best: Option<f64>,
    since_best: u64,
    resource: u64,
    cost: f64,
    open: BTreeMap<TrialId, Used>,
}

/// What a trial that has not ended has used.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    /// The resource that is counted already, and what its work was asked for.
    reached: Fidelity,
    asked: Option<Fidelity>,
    /// The cost that is counted already.
    cost: f64,
}

impl Spent {
    /// Learns a fact whose values are losses.
    pub(super) fn tell(&mut self, problem: &Problem, fact: &Fact) {
        let whole = problem.fidelity.map(FidelityRange::max);
        match fact {
            Fact::Budgeted(_) => {}
            Fact::Started(started) => {
                let used = Used {
                    reached: started.fork.and_then(|fork| fork.at).unwrap_or_default(),
                    asked: started.until.or(whole),
                    cost: 0.0,
                };
                self.open.insert(started.trial, used);
            }
            Fact::Resumed(resumed) => {
                if let Some(used) = self.open.get_mut(&resumed.trial) {
                    used.asked = resumed.until.or(whole);
                }
            }
            Fact::Reported(reported) => {
                self.reached(reported.trial, reported.at);
                self.costs(problem, reported.trial, &reported.metrics);
            }
            Fact::Paused(paused) => {
                self.reached(paused.trial, paused.at);
                self.costs(problem, paused.trial, &paused.metrics);
            }
            Fact::Ended(ended) => {
                let asked = self.open.get(&ended.trial).and_then(|used| used.asked);
                // It is not known how far a failed trial came; were it free, trials that always fail would
                // never use up the resource.
                if let (false, Some(asked)) = (ended.outcome == Outcome::Stopped, asked) {
                    self.reached(ended.trial, asked);
                }
                self.costs(problem, ended.trial, &ended.metrics);
                self.open.remove(&ended.trial);
                self.since_best += 1;
                if let Outcome::Completed(losses) = &ended.outcome {
                    let loss = losses.first();
                    if self.best.is_none_or(|best| loss < best) {
                        self.best = Some(loss);
                        self.since_best = 0;
                    }
                }
            }
        }
    }

    fn reached(&mut self, trial: TrialId, at: Fidelity) {
        let used = self.open.entry(trial).or_default();
        let more = at.get().saturating_sub(used.reached.get());
        self.resource = self.resource.saturating_add(more);
        used.reached = used.reached.max(at);
    }

    /// A trial counts with the last value of the metric, wherever it measured it.
    fn costs(&mut self, problem: &Problem, trial: TrialId, metrics: &Metrics) {
        let Some(limit) = &problem.budget.cost else {
            return;
        };
        if let Some(cost) = metrics.get(&limit.metric) {
            let used = self.open.entry(trial).or_default();
            self.cost += cost - used.cost;
            used.cost = cost;
        }
    }

    /// Why nothing more is to be proposed, if so.
    pub(super) fn over(&self, budget: &Budget, objectives: &Objectives) -> Option<EndReason> {
        let target = budget.target.and_then(|target| loss(objectives, target));
        let hit = |limit: Option<bool>| limit.unwrap_or(false);
        if hit(target.and_then(|target| Some(self.best? <= target))) {
            Some(EndReason::Target)
        } else if hit(budget.no_improvement.map(|n| self.since_best >= n)) {
            Some(EndReason::NoImprovement)
        } else if hit(budget.resource.map(|limit| self.resource >= limit)) {
            Some(EndReason::Resource)
        } else if hit(budget.cost.as_ref().map(|cost| self.cost >= cost.limit)) {
            Some(EndReason::Cost)
        } else {
            None
        }
    }
}

/// The first objective's target as a loss.
fn loss(objectives: &Objectives, target: f64) -> Option<f64> {
    let first: Objective = objectives.first()?.clone();
    let only = Objectives::new([first]).ok()?;
    Some(only.losses(&Values::one(target).ok()?).first())
}
