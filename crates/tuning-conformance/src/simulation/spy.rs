//! A strategy under observation: every call and its answer, in order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tuning_core::{Ask, Asked, Fact, Strategy, StrategyError};

/// One call of a strategy and what came of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// It was asked, and answered this or failed with a message.
    Ask(Ask, Result<Asked, String>),
    /// It was told this; values are losses.
    Tell(Fact),
}

/// The calls of one strategy. Clones share them, so that they outlive a panic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock())
    }

    fn push(&self, call: Call) {
        self.lock().push(call);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes every call on and writes it down.
pub(crate) struct Spy<S> {
    pub(crate) inner: S,
    pub(crate) calls: Calls,
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for Spy<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let answer = self.inner.ask(ask);
        let written = answer
            .as_ref()
            .map(Asked::clone)
            .map_err(ToString::to_string);
        self.calls.push(Call::Ask(*ask, written));
        answer
    }

    fn tell(&mut self, fact: &Fact) {
        self.calls.push(Call::Tell(fact.clone())); // before: it may panic
        self.inner.tell(fact);
    }
}
