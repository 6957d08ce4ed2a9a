//! [`Watch`]: one record of what a combinator is asked and told, and of what its inner strategy is
//! asked and told meanwhile.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tuning_core::{Ask, Asked, Fact, Problem, Strategy, StrategyError};

/// An answer as it stands in a record.
pub(super) type Answer = Result<Asked, String>;

/// One line of the record.
#[derive(Clone, Debug)]
pub(super) enum Note {
    /// The combinator is asked.
    Asked(Ask),
    /// It has answered.
    Answered(Answer),
    /// It is told.
    Told(Fact),
    /// It has taken what it was told.
    Settled,
    /// The inner strategy of this number was asked, and answered.
    InnerAsked(usize, Ask, Answer),
    /// The inner strategy of this number is told.
    InnerTold(usize, Fact),
}

/// What was written down, and the problems that inner strategies were built for.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) notes: Vec<Note>,
    pub(super) built: Vec<Problem>,
}

/// The record of one combinator. Clones share it, so that it outlives a panic.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(Arc<Mutex<Record>>);

impl Watch {
    /// Takes what was written down so far.
    pub(super) fn take(&self) -> Record {
        std::mem::take(&mut self.lock())
    }

    /// Notes that an inner strategy is built for this problem, and returns its number.
    pub(super) fn built(&self, problem: &Problem) -> usize {
        let mut record = self.lock();
        record.built.push(problem.clone());
        record.built.len() - 1
    }

    fn push(&self, note: Note) {
        self.lock().notes.push(note);
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn written(answer: &Result<Asked, StrategyError>) -> Answer {
    match answer {
        Ok(asked) => Ok(asked.clone()),
        Err(error) => Err(error.to_string()),
    }
}

/// A combinator whose calls are written down.
pub(super) struct Outside<S> {
    pub(super) strategy: S,
    pub(super) watch: Watch,
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for Outside<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.watch.push(Note::Asked(*ask));
        let answer = self.strategy.ask(ask);
        self.watch.push(Note::Answered(written(&answer)));
        answer
    }

    fn tell(&mut self, fact: &Fact) {
        self.watch.push(Note::Told(fact.clone()));
        self.strategy.tell(fact);
        self.watch.push(Note::Settled);
    }
}

/// An inner strategy whose calls are written down.
pub(super) struct Inside<S> {
    pub(super) strategy: S,
    pub(super) number: usize,
    pub(super) watch: Watch,
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for Inside<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let answer = self.strategy.ask(ask);
        let note = Note::InnerAsked(self.number, *ask, written(&answer));
        self.watch.push(note);
        answer
    }

    fn tell(&mut self, fact: &Fact) {
        self.watch.push(Note::InnerTold(self.number, fact.clone()));
        self.strategy.tell(fact);
    }
}
