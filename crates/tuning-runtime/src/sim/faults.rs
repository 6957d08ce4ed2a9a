//! [`Faults`]: what goes wrong, and when, from a seed. It knows no seam: each asks it at every call.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tuning_core::Seed;

/// What goes wrong in a simulated study, and when: everything follows from a seed. Clones share it.
///
/// A seam (a journal, an evaluator, an observer, one of yours) asks at each call whether it is struck. A run that breaks
/// something is made smaller with [`at_most`](Self::at_most): the same faults in the same order, but only the first few.
///
/// # Example
/// ```
/// use tuning_core::Seed;
/// use tuning_runtime::sim::Faults;
///
/// let strikes = |faults: Faults| (0..100).filter(|_| faults.strike("disk").is_some()).count();
/// let faults = Faults::new(Seed::new(1), 0.25);
/// let all = strikes(faults.clone());
/// assert!(all > 10 && all == faults.happened());
/// assert_eq!(strikes(Faults::new(Seed::new(1), 0.25)), all, "the same seed, the same faults");
/// assert_eq!(strikes(Faults::new(Seed::new(1), 0.25).at_most(3)), 3);
/// ```
#[derive(Clone)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    seed: Seed,
    share: f64,
    limit: usize,
    calls: u64,
    log: Vec<String>,
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Seed::new(0), 0.0)
    }

    /// This share of all calls is struck, between 0 and 1.
    #[must_use]
    pub fn new(seed: Seed, share: f64) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                seed: seed.named("faults"),
                share,
                limit: usize::MAX,
                calls: 0,
                log: Vec::new(),
            })),
        }
    }

    /// Only the first faults happen, at most this many.
    #[must_use]
    pub fn at_most(self, faults: usize) -> Self {
        self.state().limit = faults;
        self
    }

    /// Whether this call is struck; if so, the seed from which it follows how. `seam` is the word for it in
    /// [`log`](Self::log).
    #[must_use]
    pub fn strike(&self, seam: &str) -> Option<Seed> {
        let mut state = self.state();
        if state.log.len() >= state.limit || state.share <= 0.0 {
            return None;
        }
        state.calls += 1;
        let seed = state.seed.derive(state.calls);
        if seed.named("whether").unit() >= state.share {
            return None;
        }
        let calls = state.calls;
        state.log.push(format!("call {calls}: {seam}"));
        Some(seed.named("how"))
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        self.state().share = 0.0;
    }

    /// How many faults have happened.
    #[must_use]
    pub fn happened(&self) -> usize {
        self.state().log.len()
    }

    /// What has happened, in order.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// Says more precisely what the last fault was.
    pub(super) fn explain(&self, how: &str) {
        if let Some(last) = self.state().log.last_mut() {
            last.push(' ');
            last.push_str(how);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Faults")
            .field("seed", &state.seed)
            .field("share", &state.share)
            .field("happened", &state.log.len())
            .finish_non_exhaustive()
    }
}

/// One of these, as the seed has it.
pub(super) fn pick<T: Copy>(seed: Seed, all: &[T]) -> T {
    let place = usize::try_from(seed.get() % all.len() as u64).unwrap_or(0);
    all[place]
}
