//! [`ConfigKit`]: what a test calls, for each family of configurations.

use std::{fmt, time::Duration};

use crate::{
    block_on::{block_on, caught},
    law::Lawlike,
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
};

/// Kept, or why not.
pub(super) type Looked = Result<(), Finding>;

/// Looks whether one law is kept.
pub(super) type Look<'a, L> = Box<dyn Fn(L) -> Looked + 'a>;

/// How long a law may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn broken(message: impl Into<String>) -> Finding {
    Finding::Broken(Breach::new(message))
}

/// Waits for what a law does; a panic and an endless wait break it.
pub(super) fn waited(law: impl Future<Output = Looked>) -> Looked {
    match block_on(caught(law), Some(PATIENCE)) {
        Some(Ok(looked)) => looked,
        Some(Err(panic)) => Err(broken(format!("it panicked: {panic}"))),
        None => Err(broken(format!(
            "it did not return within {} s",
            PATIENCE.as_secs()
        ))),
    }
}

/// The laws of a family of configurations, ready to be checked.
#[must_use = "call `check`"]
pub struct ConfigKit<'a, L> {
    name: &'static str,
    look: Look<'a, L>,
    selection: Selection<L>,
}

impl<'a, L: Lawlike> ConfigKit<'a, L> {
    pub(super) fn new(name: &'static str, look: Look<'a, L>) -> Self {
        Self {
            name,
            look,
            selection: Selection::all(),
        }
    }

    selects!(L);

    /// Checks the laws on this thread.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws on this thread and returns what was found out. What needs a runtime finds it if the test has
    /// entered it.
    #[must_use]
    pub fn report(&self) -> Report<L> {
        let mut report = Report::new(0, Vec::new());
        self.selection
            .look(&mut report, |law| match (self.look)(law) {
                Ok(()) => Finding::Kept,
                Err(Finding::Broken(mut breach)) => {
                    breach.repeat = format!("{}(…).only({law:?})", self.name);
                    Finding::Broken(breach)
                }
                Err(finding) => finding,
            });
        report
    }
}

impl<L: fmt::Debug> fmt::Debug for ConfigKit<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigKit")
            .field("name", &self.name)
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
