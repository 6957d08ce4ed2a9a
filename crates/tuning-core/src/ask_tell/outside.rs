//! What the strategy did not ask for: trials that the caller wants, and those that are cancelled.

use super::{error::TellError, machine::AskTell};
use crate::{Ended, FailureKind, Outcome, Started, Strategy, Tag, TrialId, Work, space::Params};

impl<S: Strategy> AskTell<S> {
    /// Lets the next asks begin a trial with these parameters before anything that the strategy proposes, whatever the
    /// limits of the budget, but not while [too many trials fail](crate::FailureLimit). To the strategy it is a foreign trial, unless `tag` is its own.
    /// It is in the log once it has begun, not before.
    ///
    /// # Errors
    /// If the parameters do not lie in the space; nothing has changed then.
    ///
    /// # Example
    /// ```
    /// # use std::num::NonZeroUsize;
    /// # use tuning_core::*;
    /// # #[derive(Debug)] struct Never;
    /// # impl Strategy for Never {
    /// #     fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> { Ok(Asked::Done) }
    /// #     fn tell(&mut self, _: &Fact) {}
    /// # }
    /// let space = Space::new([Parameter::int("layers", 1, 4)])?;
    /// let params = space.params([("layers", 2)])?;
    /// # let strategy = Never;
    /// let mut study = AskTell::new(Problem::new(space, Objectives::minimize("loss")?), strategy, Seed::new(1));
    /// study.enqueue(&params, Tag::new(Tag::RETRY, 7))?;
    /// let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? else { unreachable!() };
    /// assert_eq!(work[0].params, params);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn enqueue(&mut self, params: &Params, tag: Tag) -> Result<(), TellError> {
        let params = self.problem.space.align(params)?;
        self.wanted.push_back((params, tag));
        Ok(())
    }

    /// Begins a trial with these parameters at once, whatever the limits of the budget, and returns its work. To the strategy it is a
    /// foreign trial, unless `tag` is its own. [`enqueue`](Self::enqueue) lets it wait for its turn.
    ///
    /// # Errors
    /// If the parameters do not lie in the space; nothing has changed then.
    pub fn start(&mut self, params: &Params, tag: Tag) -> Result<Work, TellError> {
        let params = self.problem.space.align(params)?;
        let trial = self.next;
        self.happened_by(Started::new(trial, params).tag(tag), self.known());
        let open = self.running.get(&trial);
        let open = open.ok_or(TellError::NotRunning { trial })?;
        Ok(open.work(trial, self.seed))
    }

    /// Ends a running or paused trial as [cancelled](FailureKind::Cancelled), for this reason. If it is
    /// running, its evaluation is the caller's to stop; what it still reports is refused.
    ///
    /// # Errors
    /// If the trial has ended or was never started; nothing has changed then.
    pub fn cancel(&mut self, trial: TrialId, reason: impl Into<String>) -> Result<(), TellError> {
        if !self.running.contains_key(&trial) && !self.paused.contains_key(&trial) {
            return Err(TellError::NotOpen { trial });
        }
        let cancelled = Outcome::failed(FailureKind::Cancelled, reason);
        self.happened(Ended::new(trial, cancelled));
        Ok(())
    }
}
