//! [`ConfigKit`]: what a test calls, for each family of configurations.

use std::{fmt, time::Duration};

use crate::{
    block_on::{block_on, caught},
    law::Lawlike,
    report::{Breach, Finding, Report},
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

/// Waits for what a law does; a panic and a wait for ever break it.
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
    only: Vec<L>,
    skipped: Vec<(L, String)>,
}

impl<'a, L: Lawlike> ConfigKit<'a, L> {
    pub(super) fn new(name: &'static str, look: Look<'a, L>) -> Self {
        Self {
            name,
            look,
            only: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Leaves a law out, for a reason that the report shows.
    pub fn skip(mut self, law: L, reason: impl Into<String>) -> Self {
        self.skipped.push((law, reason.into()));
        self
    }

    /// Checks this law alone; called again, that one too.
    pub fn only(mut self, law: L) -> Self {
        self.only.push(law);
        self
    }

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
        for law in L::ALL {
            if !self.only.is_empty() && !self.only.contains(law) {
                continue;
            }
            let skipped = self.skipped.iter().find(|(skipped, _)| skipped == law);
            let finding = match skipped {
                Some((_, reason)) => Finding::Skipped(reason.clone()),
                None => match (self.look)(*law) {
                    Ok(()) => Finding::Kept,
                    Err(Finding::Broken(mut breach)) => {
                        breach.repeat = format!("{}(…).only({law:?})", self.name);
                        Finding::Broken(breach)
                    }
                    Err(finding) => finding,
                },
            };
            report.push(*law, finding);
        }
        report
    }
}

impl<L: fmt::Debug> fmt::Debug for ConfigKit<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigKit")
            .field("name", &self.name)
            .field("only", &self.only)
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}
