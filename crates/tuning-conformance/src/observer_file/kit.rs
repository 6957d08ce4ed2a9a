//! [`ObserverFileKit`]: what a test calls.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use tuning_core::Observer;

use super::laws;
use crate::{
    block_on::{block_on, caught},
    law::{Lawlike, ObserverFileLaw},
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
};

/// The laws of observers that keep a study in a file, for those that `open` opens.
///
/// `open` gets a path: it opens the file for appending, or creates it. `folder` is where the kit may make files.
///
/// # Example
/// ```no_run
/// # use async_trait::async_trait;
/// # use tuning_core::*;
/// # struct MyFile;
/// # impl MyFile { fn append(_: &std::path::Path) -> std::io::Result<Self> { Ok(Self) } }
/// # #[async_trait]
/// # impl Observer for MyFile {
/// #     async fn observe(&mut self, _: &Event) -> Result<(), ObserverError> { Ok(()) }
/// # }
/// let folder = std::env::temp_dir().join("my-files");
/// tuning_conformance::observer_file(&folder, |path| MyFile::append(path)).check();
/// ```
pub fn observer_file<'a, O, E>(
    folder: &Path,
    open: impl Fn(&Path) -> Result<O, E> + 'a,
) -> ObserverFileKit<'a>
where
    O: Observer + 'static,
    E: fmt::Display,
{
    ObserverFileKit {
        folder: folder.to_owned(),
        open: Box::new(move |path| match open(path) {
            Ok(observer) => Ok(Box::new(observer)),
            Err(error) => Err(error.to_string()),
        }),
        selection: Selection::all(),
    }
}

pub(super) type Open<'a> = dyn Fn(&Path) -> Result<Box<dyn Observer>, String> + 'a;

/// The laws of observers that keep a study in a file, ready to be checked. See [`observer_file`].
#[must_use = "call `check`"]
pub struct ObserverFileKit<'a> {
    folder: PathBuf,
    open: Box<Open<'a>>,
    selection: Selection<ObserverFileLaw>,
}

/// How long a law may take.
const PATIENCE: Duration = Duration::from_secs(120);

impl ObserverFileKit<'_> {
    selects!(ObserverFileLaw);

    /// Checks the laws on this thread.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws on this thread and returns what was found out. An observer that needs a runtime
    /// finds it if the test has entered it.
    #[must_use]
    pub fn report(&self) -> Report<ObserverFileLaw> {
        let mut report = Report::new(0, Vec::new());
        self.selection.look(&mut report, |law| self.look(law));
        report
    }

    fn look(&self, law: ObserverFileLaw) -> Finding {
        let path = self.folder.join(law.name());
        let open = &*self.open;
        let law_of = async {
            match law {
                ObserverFileLaw::Once => laws::once(open, &path).await,
                ObserverFileLaw::Torn => laws::torn(open, &path).await,
                ObserverFileLaw::Gone => laws::gone(open, &path).await,
                ObserverFileLaw::Alone => laws::alone(open, &path).await,
                ObserverFileLaw::Foreign => laws::foreign(open, &path).await,
            }
        };
        let breach = match block_on(caught(law_of), Some(PATIENCE)) {
            Some(Ok(Ok(()))) => return Finding::Kept,
            Some(Ok(Err(breach))) => breach,
            Some(Err(panic)) => Breach::new(format!("it panicked: {panic}")),
            None => Breach::new(format!("it did not return within {} s", PATIENCE.as_secs())),
        };
        Finding::Broken(Breach {
            repeat: format!("observer_file(…).only(ObserverFileLaw::{law:?})"),
            ..breach
        })
    }
}

impl fmt::Debug for ObserverFileKit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObserverFileKit")
            .field("folder", &self.folder)
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
