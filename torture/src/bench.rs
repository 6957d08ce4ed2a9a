//! [`Bench`]: what evaluates the trials of a tortured study, and notes what it was given.

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use tuning_core::{
    Evaluator, FailureKind, Outcome, Params, RunningTrial, Seed, TrialId, Values, Work,
};
use tuning_runtime::{Executor as _, sim::SimExecutor};

use crate::{plan::Plan, record::Begun, watch::Book};

/// The last fidelity.
const WHOLE: u64 = 9;

/// Evaluates trials: what they come to follows from their seeds and, where the order does not matter, from the attempt,
/// so that it shows which attempt has spoken.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) session: u32,
    pub(crate) sim: SimExecutor,
    pub(crate) book: Book,
    /// The trials that had ended when the session began.
    pub(crate) ended: BTreeSet<TrialId>,
}

impl Bench {
    /// Notes that work has begun; returns its place in the record.
    pub(crate) fn begin(&self, work: &Work) -> usize {
        let mut record = self.book.write();
        record.begun.push(Begun {
            session: self.session,
            trial: work.trial,
            params: said(&work.params),
            attempt: work.attempt,
            had_ended: self.ended.contains(&work.trial),
            value: None,
        });
        record.begun.len() - 1
    }

    /// The value of a trial at a fidelity, by the piece of work that measures it.
    pub(crate) fn value(&self, work: &Work, at: u64, place: usize) -> f64 {
        let base = work.seed.named("value").unit() + 1.0 / at as f64;
        match self.plan.is_in_line() {
            true => base,
            false => base + place as f64 * 1e-9,
        }
    }

    pub(crate) fn values(&self, value: f64) -> Vec<f64> {
        [value, -value][..self.plan.objectives].to_vec()
    }

    /// The failure of a trial, if it is one of those that fail.
    pub(crate) fn failure(work: &Work) -> Option<Outcome> {
        match work.seed.named("fate").get() % 12 {
            0 => Some(Outcome::failed(FailureKind::Error, "exit status 1")),
            1 => Some(Outcome::failed(FailureKind::Infeasible, "no such point")),
            _ => None,
        }
    }

    /// What the trial has cost.
    pub(crate) fn cost(seed: Seed) -> f64 {
        1.0 + (seed.named("cost").get() % 3) as f64
    }

    /// The fidelities that this work reports at.
    pub(crate) fn steps(&self, work: &Work) -> std::ops::RangeInclusive<u64> {
        if !self.plan.fidelity {
            return 1..=1 + work.seed.named("reports").get() % 4;
        }
        let from = work.origin.at().map_or(0, |at| at.get());
        from + 1..=work.until.map_or(WHOLE, |until| until.get())
    }
}

pub(crate) fn said(params: &Params) -> String {
    serde_json::to_string(params).unwrap_or_default()
}

#[async_trait]
impl Evaluator for Bench {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let work = trial.work().clone();
        let place = self.begin(&work);
        let pace = Duration::from_secs(1 + work.seed.named("pace").get() % 600);
        let mut last = WHOLE;
        for at in self.steps(&work) {
            self.sim.sleep(pace).await;
            trial.metric("cost", Self::cost(work.seed));
            let values = self.values(self.value(&work, at, place));
            if trial.report(at, values).await.is_err() {
                return Outcome::Stopped;
            }
            last = at;
        }
        if let Some(failure) = Self::failure(&work) {
            return failure;
        }
        let value = self.value(&work, last, place);
        self.book.write().begun[place].value = Some(value);
        match Values::new(self.values(value)) {
            Ok(values) => Outcome::Completed(values),
            Err(error) => Outcome::failed(FailureKind::Error, error.to_string()),
        }
    }
}
