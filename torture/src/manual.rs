//! [`Client`]: a loop of the caller's own around a study.

use std::{num::NonZeroUsize, time::Duration};

use tuning_core::{FailureKind, Outcome, Seed, TrialId, TrialState, Turn, Values, Verdict, Work};
use tuning_runtime::{
    Executor as _, ManualSession, Study, StudyError, Summary,
    sim::{Faults, SimExecutor},
};

use crate::{bench::Bench, dice::Dice};

/// A loop of the caller's own: results come late, twice, or for trials that are not running, and work is lost, fails and
/// runs out of time.
#[derive(Debug)]
pub(crate) struct Client<'a> {
    bench: &'a Bench,
    sim: &'a SimExecutor,
    faults: &'a Faults,
    dice: Dice,
}

/// A piece of work in hand, with its place in the record.
type Held = (Work, usize);

impl<'a> Client<'a> {
    pub(crate) fn new(bench: &'a Bench, sim: &'a SimExecutor, faults: &'a Faults) -> Self {
        let seed = Seed::new(bench.plan.seed).named("hand");
        let dice = Dice::new(seed.derive(u64::from(bench.session)));
        Self {
            bench,
            sim,
            faults,
            dice,
        }
    }

    pub(crate) async fn run(mut self, study: &mut Study) -> Result<Summary, StudyError> {
        let mut session = study.manual().await?;
        let mut held: Vec<Held> = Vec::new();
        loop {
            let slots = NonZeroUsize::MIN.saturating_add(self.dice.below(3) as usize);
            let turn = match held.len() < self.bench.plan.workers {
                true => session.ask(slots).await?,
                false => Turn::Wait,
            };
            match turn {
                Turn::Work(work) => {
                    let begun = work.into_iter().map(|work| {
                        let place = self.bench.begin(&work);
                        (work, place)
                    });
                    held.extend(begun);
                    if self.dice.chance(0.5) {
                        continue;
                    }
                }
                Turn::Done(_) => return session.close().await,
                _ if held.is_empty() => {
                    self.wrong("it waits, and nothing is in flight");
                    return session.close().await;
                }
                _ => {}
            }
            self.sim
                .sleep(Duration::from_secs(self.dice.below(600)))
                .await;
            if held.is_empty() {
                continue;
            }
            let at = self.dice.below(held.len() as u64) as usize;
            let done = held.swap_remove(at);
            let outcome = self.finish(&mut session, &done).await?;
            if self.dice.chance(0.2) && held.iter().all(|(other, _)| other.trial != done.0.trial) {
                self.once_more(&mut session, &done, outcome).await?;
            }
        }
    }

    /// Does the work and tells its result.
    async fn finish(
        &mut self,
        session: &mut ManualSession<'_>,
        done: &Held,
    ) -> Result<Outcome, StudyError> {
        let (work, place) = done;
        let outcome = match self.struck().await {
            Some(failure) => failure,
            None => self.work(session, work, *place).await?,
        };
        let metrics = Bench::metrics(work, *place);
        let taken = session.finish(work.trial, outcome.clone(), metrics).await;
        match refusable(taken)? {
            Some(TrialState::Running) => {}
            Some(_) => {
                let answer = (self.bench.session, work.trial);
                self.bench.book.write().answered.push(answer);
            }
            None => self.wrong(format!("the result of trial {} was refused", work.trial)),
        }
        Ok(outcome)
    }

    /// How the work is struck, if it is.
    async fn struck(&mut self) -> Option<Outcome> {
        let mut how = Dice::new(self.faults.strike("client")?);
        self.sim.sleep(Duration::from_secs(how.below(20_000))).await;
        let kinds = [
            None, // it is late
            Some(FailureKind::Lost),
            Some(FailureKind::Panicked),
            Some(FailureKind::TimedOut),
        ];
        Some(Outcome::failed(
            how.pick(&kinds)?,
            "the simulated client fails",
        ))
    }

    /// Tells the result once more, and for a trial that never was.
    async fn once_more(
        &mut self,
        session: &mut ManualSession<'_>,
        done: &Held,
        outcome: Outcome,
    ) -> Result<(), StudyError> {
        for trial in [done.0.trial, TrialId::new(1_000_000)] {
            let is_open = session.ready().any(|ready| ready.trial == trial);
            if is_open {
                continue;
            }
            let metrics = Bench::metrics(&done.0, done.1);
            let taken = session.finish(trial, outcome.clone(), metrics).await;
            if refusable(taken)?.is_some() {
                self.wrong(format!("a second result of trial {trial} was taken"));
            }
        }
        Ok(())
    }

    /// Reports, and returns what the work came to.
    async fn work(
        &self,
        session: &mut ManualSession<'_>,
        work: &Work,
        place: usize,
    ) -> Result<Outcome, StudyError> {
        let mut last = 1;
        for at in self.bench.steps(work) {
            let value = self.bench.value(work, at, place);
            let values = self.say(place, value);
            let metrics = Bench::metrics(work, place);
            let told = session.report(work.trial, at, values, metrics).await;
            match refusable(told)? {
                Some(Verdict::Continue) => last = at,
                _ => return Ok(Outcome::Stopped),
            }
        }
        if let Some(failure) = Bench::failure(work) {
            return Ok(failure);
        }
        let value = self.bench.value(work, last, place);
        Ok(Outcome::Completed(self.say(place, value)))
    }

    fn say(&self, place: usize, value: f64) -> Values {
        let values = Values::new(self.bench.say(place, value));
        values.unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn wrong(&self, how: impl Into<String>) {
        self.bench.book.write().broken.push(how.into());
    }
}

/// None if it was refused, which is no error of the session.
fn refusable<T>(told: Result<T, StudyError>) -> Result<Option<T>, StudyError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(StudyError::Tell(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
