//! The budget as a fold of the facts that were told: no clock, so the same facts give the same end.

use std::collections::BTreeMap;

use crate::{
    Budget, EndReason, Fidelity, Objective, Objectives, Outcome, TrialId, Values, fact::Fact,
};

/// How much of a budget is spent, by the facts told so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Spent {
    best: Option<f64>,
    since_best: u64,
    resource: u64,
    cost: f64,
    reached: BTreeMap<TrialId, Fidelity>,
}

impl Spent {
    /// Learns a fact whose values are losses.
    pub(super) fn tell(&mut self, budget: &Budget, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                if let Some(at) = started.fork.and_then(|fork| fork.at) {
                    self.reached.insert(started.trial, at);
                }
            }
            Fact::Reported(reported) => {
                let before = self.reached.insert(reported.trial, reported.at);
                let before = before.map_or(0, Fidelity::get);
                self.resource += reported.at.get().saturating_sub(before);
            }
            Fact::Ended(ended) => {
                self.reached.remove(&ended.trial);
                if let Some(cost) = &budget.cost {
                    self.cost += ended.metrics.get(&cost.metric).unwrap_or(0.0);
                }
                self.since_best += 1;
                if let Outcome::Completed(losses) = &ended.outcome {
                    let loss = losses.first();
                    if self.best.is_none_or(|best| loss < best) {
                        self.best = Some(loss);
                        self.since_best = 0;
                    }
                }
            }
            _ => {}
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
