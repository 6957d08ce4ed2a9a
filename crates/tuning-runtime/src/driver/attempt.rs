//! One attempt at a piece of work, from its start to its end, whatever its evaluator does.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{
    FutureExt,
    future::{self, BoxFuture, Either},
};
use tokio::sync::mpsc::UnboundedSender;
use tuning_core::{
    Evaluator, FailureKind, Objectives, Outcome, RunningTrial, StopReason, TrialLink, Work,
};

use super::{
    link::{Link, Notes},
    message::{AttemptEnd, Message},
};
use crate::{executor::Executor, ledger::CANCELLED, panic};

/// What an attempt needs to know.
pub(super) struct Attempt {
    pub(super) work: Arc<Work>,
    pub(super) objectives: Objectives,
    pub(super) evaluator: Arc<dyn Evaluator>,
    pub(super) executor: Arc<dyn Executor>,
    pub(super) link: Arc<Link>,
    pub(super) driver: UnboundedSender<Message>,
    pub(super) timeout: Option<Duration>,
    pub(super) grace: Duration,
}

impl Attempt {
    /// Runs the attempt and tells the driver how it ended.
    pub(super) async fn run(self) {
        let began = self.executor.now();
        let trial = RunningTrial::new(
            Arc::clone(&self.work),
            self.objectives.clone(),
            Arc::clone(&self.link) as Arc<dyn TrialLink>,
        );
        let returned = AssertUnwindSafe(async { self.evaluator.evaluate(trial).await });
        let returned = self.within_limits(Box::pin(returned.catch_unwind())).await;
        let Notes {
            metrics,
            failure,
            halt,
        } = self.link.close();
        let took = self.executor.now().saturating_sub(began);
        let finished = Message::Finished {
            trial: self.work.trial,
            end: self.end(returned, failure.map(Outcome::Failed), halt),
            metrics,
            took,
        };
        // Without a driver there is no one to tell.
        let _ = self.driver.send(finished);
    }

    /// Waits for the evaluator, but after a timeout or a stop only for the grace period.
    async fn within_limits(&self, evaluation: BoxFuture<'_, Returned>) -> Option<Returned> {
        let timeout = async {
            match self.timeout {
                Some(timeout) => self.executor.sleep(timeout).await,
                None => future::pending().await,
            }
            self.link.stop(StopReason::TimedOut);
        };
        let grace = async {
            self.link.stopped().await;
            self.executor.sleep(self.grace).await;
        };
        // Running out of time ends nothing by itself: it asks the work to stop, and the grace begins.
        let timeout = std::pin::pin!(timeout.then(|()| future::pending::<()>()));
        let grace = std::pin::pin!(grace);
        let limits = future::select(timeout, grace);
        match future::select(evaluation, limits).await {
            Either::Left((returned, _)) => Some(returned),
            Either::Right(_) => None,
        }
    }

    fn end(
        &self,
        returned: Option<Returned>,
        noted: Option<Outcome>,
        halt: Option<String>,
    ) -> AttemptEnd {
        let outcome = match returned {
            Some(Ok(outcome)) => noted.unwrap_or(outcome),
            Some(Err(payload)) => Outcome::failed(FailureKind::Panicked, panic::message(&*payload)),
            None => Outcome::failed(
                FailureKind::Cancelled,
                "did not stop within the grace period",
            ),
        };
        // What completed is kept, even if it was about to be stopped, unless it was cut short.
        let whole = matches!(outcome, Outcome::Completed(_)) && !self.link.was_cut_short();
        match self.link.stop_reason() {
            None => halt.map_or(AttemptEnd::Outcome(outcome), AttemptEnd::Halted),
            Some(StopReason::Stopping) if !whole => AttemptEnd::Interrupted,
            Some(StopReason::TimedOut) => {
                let limit = self.timeout.unwrap_or_default();
                let reason = format!("ran longer than {limit:?}");
                AttemptEnd::Outcome(Outcome::failed(FailureKind::TimedOut, reason))
            }
            Some(StopReason::Cancelled) if !whole => {
                AttemptEnd::Outcome(Outcome::failed(FailureKind::Cancelled, CANCELLED))
            }
            Some(_) => AttemptEnd::Outcome(outcome),
        }
    }
}

type Returned = Result<Outcome, Box<dyn std::any::Any + Send>>;
