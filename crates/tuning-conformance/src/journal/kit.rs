//! [`JournalKit`]: what a test calls.

use std::{fmt, future::Future, time::Duration};

use tuning_core::{Journal, JournalReader};

use super::{
    laws,
    readers::{self, OpenReader},
    statuses,
    store::{Looked, Store},
    writers,
};
use crate::{
    block_on::{block_on, caught},
    law::{JournalLaw, Lawlike},
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
};

/// The laws of journals for the journals that `open` opens.
///
/// `open` gets the name of a study: it creates the journal if there is none of that name, or opens
/// the one that is there.
///
/// # Example
/// ```no_run
/// # use async_trait::async_trait;
/// # use tuning_core::*;
/// # struct MyJournal;
/// # impl MyJournal { fn open(_: &std::path::Path) -> Result<Self, JournalError> { Ok(Self) } }
/// # #[async_trait]
/// # impl Journal for MyJournal {
/// #     async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> { Ok(after) }
/// #     async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> { Ok(Vec::new()) }
/// # }
/// let directory = std::env::temp_dir().join("my-journals");
/// tuning_conformance::journal(|study| MyJournal::open(&directory.join(study))).check();
/// ```
pub fn journal<'a, J, E, O>(mut open: O) -> JournalKit<'a, J>
where
    J: Journal,
    E: fmt::Display,
    O: FnMut(&str) -> Result<J, E> + 'a,
{
    JournalKit {
        open: Box::new(move |name| open(name).map_err(|error| error.to_string())),
        open_reader: None,
        selection: Selection::all(),
        patience: Duration::from_secs(60),
    }
}

type Open<'a, J> = Box<dyn FnMut(&str) -> Result<J, String> + 'a>;

/// The laws of journals, ready to be checked. See [`journal`].
#[must_use = "call `check`"]
pub struct JournalKit<'a, J> {
    open: Open<'a, J>,
    open_reader: Option<Box<OpenReader<'a>>>,
    selection: Selection<JournalLaw>,
    patience: Duration,
}

impl<'a, J: Journal> JournalKit<'a, J> {
    /// Checks the laws of readers, too: `open` gets the name of a study that `journal` has opened, and opens
    /// a [`JournalReader`] of it. Without one they are skipped.
    pub fn reader<R, E, O>(mut self, mut open: O) -> Self
    where
        R: JournalReader + 'static,
        E: fmt::Display,
        O: FnMut(&str) -> Result<R, E> + 'a,
    {
        self.open_reader = Some(Box::new(move |name| match open(name) {
            Ok(reader) => Ok(Box::new(reader) as Box<dyn JournalReader>),
            Err(error) => Err(error.to_string()),
        }));
        self
    }

    selects!(JournalLaw);

    /// How long a law may take before its journal counts as deadlocked; 60 s unless told otherwise.
    /// ([`report_async`](Self::report_async) leaves that to its caller's runtime.)
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Checks the laws on this thread.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for.
    #[track_caller]
    pub fn check(self) {
        self.report().unwrap();
    }

    /// Checks the laws on this thread and returns what was found out. A journal that needs a runtime
    /// finds it if the test has entered it.
    #[must_use]
    pub fn report(mut self) -> Report<JournalLaw> {
        let patience = self.patience;
        let mut report = Report::new(0, Vec::new());
        for law in JournalLaw::ALL {
            let look = look(&mut self, *law);
            let finding = block_on(look, Some(patience)).unwrap_or_else(|| {
                let seconds = patience.as_secs_f64();
                let message = format!("it did not return within {seconds} s: it waits forever");
                Some(broken(*law, Breach::new(message)))
            });
            if let Some(finding) = finding {
                report.push(*law, finding);
            }
        }
        report
    }

    /// Checks the laws on the caller's runtime and returns what was found out.
    pub async fn report_async(mut self) -> Report<JournalLaw> {
        let mut report = Report::new(0, Vec::new());
        for law in JournalLaw::ALL {
            if let Some(finding) = look(&mut self, *law).await {
                report.push(*law, finding);
            }
        }
        report
    }
}

/// Looks whether one law is kept; none if it was not asked for.
async fn look<J: Journal>(kit: &mut JournalKit<'_, J>, law: JournalLaw) -> Option<Finding> {
    if !kit.selection.holds(law) {
        return None;
    }
    if let Some(skipped) = kit.selection.skipped(law) {
        return Some(skipped);
    }
    let named = |name: &str| format!("{name}-{}", law.name());
    let mut open = |name: &str| (kit.open)(&named(name));
    let mut store = Store::new(&mut open);
    let reader = kit.open_reader.as_deref_mut();
    let reader = reader.map(|open| move |name: &str| open(&named(name)));
    let looked = match law {
        JournalLaw::Head => find(laws::head(&mut store)).await,
        JournalLaw::Read => find(laws::reads(&mut store)).await,
        JournalLaw::Conflict => find(laws::conflict(&mut store)).await,
        JournalLaw::RoundTrip => find(laws::round_trip(&mut store)).await,
        JournalLaw::Empty => find(laws::empty(&mut store)).await,
        JournalLaw::Large => find(laws::large(&mut store)).await,
        JournalLaw::Reopen => find(laws::reopen(&mut store)).await,
        JournalLaw::Rivals => find(writers::rivals(&mut store)).await,
        JournalLaw::Cursors => find(laws::cursors(&mut store)).await,
        JournalLaw::Unchanging => find(laws::unchanging(&mut store)).await,
        JournalLaw::Cancelled => find(writers::cancelled(&mut store)).await,
        JournalLaw::Separate => find(laws::separate(&mut store)).await,
        JournalLaw::Statuses => find(statuses::statuses(&mut store)).await,
        of_readers => match reader {
            None => Finding::Skipped("no reader was given: use `.reader(…)`".to_owned()),
            Some(mut open) => match of_readers {
                JournalLaw::ReaderHead => find(readers::head(&mut store, &mut open)).await,
                JournalLaw::ReaderTraces => {
                    find(readers::leaves_no_trace(&mut store, &mut open)).await
                }
                JournalLaw::ReaderStatuses => find(readers::statuses(&mut store, &mut open)).await,
                JournalLaw::ReaderSpec => find(readers::spec(&mut store, &mut open)).await,
                _ => find(readers::reads(&mut store, &mut open)).await,
            },
        },
    };
    Some(match looked {
        Finding::Broken(breach) => broken(law, breach),
        other => other,
    })
}

fn broken(law: JournalLaw, mut breach: Breach) -> Finding {
    breach.repeat = format!("journal(…).only(JournalLaw::{law:?})");
    Finding::Broken(breach)
}

async fn find(law: impl Future<Output = Looked>) -> Finding {
    match caught(law).await {
        Ok(Ok(())) => Finding::Kept,
        Ok(Err(finding)) => finding,
        Err(panic) => Finding::Broken(Breach::new(format!("it panicked: {panic}"))),
    }
}

impl<J> fmt::Debug for JournalKit<'_, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalKit")
            .field("journal", &std::any::type_name::<J>())
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
