//! [`Bench`]: what evaluates the trials of a tortured study, and notes what it was given.

use std::time::Duration;

use async_trait::async_trait;
use tuning_core::{
    Evaluator, FailureKind, Metrics, Outcome, Params, RunningTrial, Seed, Values, Work,
};
use tuning_runtime::{Executor as _, sim::SimExecutor};

use crate::{plan::Plan, record::Begun, watch::Book, witness::Witness};

/// The last fidelity.
pub(crate) const WHOLE: u64 = 9;

/// How many seconds a step takes, at most.
const PACE: u64 = 600;

/// How long a piece of work takes that nothing strikes, at most.
pub(crate) const LONGEST: Duration = Duration::from_secs(WHOLE * PACE);

/// The metric by which an attempt says which one it is: its place in the record.
pub(crate) const SPEAKER: &str = "speaker";

/// Evaluates trials: what they come to follows from their seeds and, where the order does not matter, from the attempt,
/// so that it shows which attempt has spoken.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) session: u32,
    pub(crate) sim: SimExecutor,
    pub(crate) book: Book,
    /// Knows which trials have ended.
    pub(crate) journal: Witness,
}

impl Bench {
    /// Notes that work has begun; returns its place in the record.
    pub(crate) fn begin(&self, work: &Work) -> usize {
        let had_ended = self.journal.has_ended(work.trial);
        let mut record = self.book.write();
        record.begun.push(Begun {
            session: self.session,
            trial: work.trial,
            params: said(&work.params),
            kept: None,
            from: work.origin.at().map(|at| at.get()),
            attempt: work.attempt,
            had_ended,
            durable: self.plan.manual,
            early: false,
            said: Vec::new(),
        });
        record.begun.len() - 1
    }

    /// Notes what the work of this place says, and returns the values that it is to say.
    pub(crate) fn say(&self, place: usize, value: f64) -> Vec<f64> {
        self.book.write().begun[place].said.push(value);
        self.values(value)
    }

    /// What else it measures.
    pub(crate) fn metrics(work: &Work, place: usize) -> Metrics {
        Metrics::from_iter([("cost", Self::cost(work.seed)), (SPEAKER, place as f64)])
    }

    /// The value of a trial at a fidelity, by the piece of work that measures it.
    pub(crate) fn value(&self, work: &Work, at: u64, place: usize) -> f64 {
        let base = work.seed.named("value").unit() + 1.0 / at as f64;
        match self.plan.is_in_line() {
            true => base,
            false => base + place as f64 * 1e-9,
        }
    }

    fn values(&self, value: f64) -> Vec<f64> {
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
    fn cost(seed: Seed) -> f64 {
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
        if work.seed.named("outlives").get().is_multiple_of(3) {
            if !trial.committed().await {
                return Outcome::Stopped;
            }
            let begun = &mut self.book.write().begun[place];
            (begun.durable, begun.early) = (true, !self.journal.has_started(work.trial));
        }
        let pace = Duration::from_secs(1 + work.seed.named("pace").get() % PACE);
        let measure = |trial: &RunningTrial| {
            for (name, value) in Self::metrics(&work, place).iter() {
                trial.metric(name, value);
            }
        };
        let mut last = WHOLE;
        for at in self.steps(&work) {
            self.sim.sleep(pace).await;
            measure(&trial);
            let values = self.say(place, self.value(&work, at, place));
            if trial.report(at, values).await.is_err() {
                return Outcome::Stopped;
            }
            last = at;
        }
        if let Some(failure) = Self::failure(&work) {
            return failure;
        }
        measure(&trial);
        match Values::new(self.say(place, self.value(&work, last, place))) {
            Ok(values) => Outcome::Completed(values),
            Err(error) => Outcome::failed(FailureKind::Error, error.to_string()),
        }
    }
}
