//! Twins of evaluators and of the line to the driver.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use torture::{Focus, Invariant, Seams};
use tuning_core::{
    Evaluator, Failure, Fidelity, Interrupted, Outcome, RunningTrial, StopReason, TrialId,
    TrialLink, Values, Verdict,
};

use super::breaks;

type Known = Arc<Mutex<BTreeMap<TrialId, RunningTrial>>>;

/// Evaluates the first trial that it has ever seen once more, beside each later one.
struct EvaluatesAgain {
    inner: Arc<dyn Evaluator>,
    known: Known,
}

#[async_trait]
impl Evaluator for EvaluatesAgain {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let first = {
            let mut known = self.known.lock().unwrap();
            known.entry(trial.id()).or_insert_with(|| trial.clone());
            known.values().next().cloned()
        };
        if let Some(first) = first.filter(|first| first.id() != trial.id()) {
            self.inner.evaluate(first).await;
        }
        self.inner.evaluate(trial).await
    }
}

/// Lets every attempt at a trial speak on the line of the last one.
struct Proxies {
    inner: Arc<dyn Evaluator>,
    last: Known,
}

#[async_trait]
impl Evaluator for Proxies {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let (id, work) = (trial.id(), trial.work().clone());
        let objectives = trial.objectives().clone();
        self.last.lock().unwrap().insert(id, trial);
        let last = Arc::clone(&self.last);
        let proxied = RunningTrial::new(work, objectives, Arc::new(Proxy { id, last }));
        self.inner.evaluate(proxied).await
    }
}

struct Proxy {
    id: TrialId,
    last: Known,
}

impl Proxy {
    fn last(&self) -> RunningTrial {
        self.last.lock().unwrap()[&self.id].clone()
    }
}

#[async_trait]
impl TrialLink for Proxy {
    async fn report(&self, at: Fidelity, values: Values) -> Verdict {
        match self.last().report(at, values).await {
            Ok(()) => Verdict::Continue,
            Err(Interrupted::Paused) => Verdict::Pause,
            Err(_) => Verdict::Stop,
        }
    }

    fn metric(&self, name: &str, value: f64) {
        self.last().metric(name, value);
    }

    fn fail(&self, failure: Failure) {
        self.last().fail(failure);
    }

    fn stop_reason(&self) -> Option<StopReason> {
        self.last().stop_reason()
    }

    async fn stopped(&self) -> StopReason {
        self.last().stopped().await
    }

    async fn committed(&self) -> bool {
        self.last().committed().await
    }
}

/// A study whose evaluator is a twin.
struct With(Known, fn(Arc<dyn Evaluator>, Known) -> Arc<dyn Evaluator>);

impl Seams for With {
    fn evaluator(&self, evaluator: Arc<dyn Evaluator>) -> Arc<dyn Evaluator> {
        self.1(evaluator, Arc::clone(&self.0))
    }
}

#[test]
fn an_evaluator_that_repeats_a_trial_that_has_ended_is_noticed() {
    breaks(Invariant::Finished, Focus::Deaths, |_| {
        Box::new(With(Known::default(), |inner, known| {
            Arc::new(EvaluatesAgain { inner, known })
        }))
    });
}

#[test]
fn a_line_on_which_a_late_attempt_speaks_is_not_fenced() {
    breaks(Invariant::Fenced, Focus::Attempts, |_| {
        Box::new(With(Known::default(), |inner, last| {
            Arc::new(Proxies { inner, last })
        }))
    });
}
