//! [`Checkpoints`]: where the trials of a function keep what they need to resume, and [`CheckpointError`].

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::runtime::Handle;
use tuning_command::TrialFolder;
use tuning_core::{Failure, FailureKind, Interrupted, Outcome, RunningTrial, TrialId};

/// The folder of the trials of a function, and the study that they belong to.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    folder: PathBuf,
    study: String,
}

impl Checkpoints {
    pub(super) fn new(folder: impl Into<PathBuf>, study: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            study: study.into(),
        }
    }

    /// Removes the checkpoints of a trial that was given up.
    pub(super) async fn discard(this: Option<&Arc<Self>>, trial: TrialId) {
        let Some(this) = this.map(Arc::clone) else {
            return;
        };
        let remove = move || TrialFolder::discard(&this.folder, Some(&this.study), trial);
        match Handle::try_current() {
            // What cannot be removed now is tried again in the next session.
            Ok(runtime) => drop(runtime.spawn_blocking(remove).await),
            Err(_) => remove(),
        }
    }
}

/// The checkpoint of one attempt: made when it is asked for.
pub(super) struct Checkpoint {
    checkpoints: Option<Arc<Checkpoints>>,
    folder: Mutex<Option<TrialFolder>>,
    /// Whether the attempt has reported anything.
    has_reported: AtomicBool,
}

impl Checkpoint {
    pub(super) fn new(checkpoints: Option<&Arc<Checkpoints>>) -> Arc<Self> {
        Arc::new(Self {
            checkpoints: checkpoints.map(Arc::clone),
            folder: Mutex::default(),
            has_reported: AtomicBool::new(false),
        })
    }

    pub(super) fn reports(&self) {
        self.has_reported.store(true, Ordering::SeqCst);
    }

    /// The folder of the checkpoint, for work that is known to be durable. It copies files.
    pub(super) fn dir(&self, trial: &RunningTrial) -> Result<PathBuf, CheckpointError> {
        let Some(checkpoints) = &self.checkpoints else {
            return Err(CheckpointError::NoFolder { trial: trial.id() });
        };
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            let (root, study) = (&checkpoints.folder, Some(&*checkpoints.study));
            let prepared = TrialFolder::prepare(root, study, trial.work());
            let prepared = prepared.map_err(|failure| fault(root, trial, failure))?;
            *folder = Some(prepared);
        }
        let path = folder.as_ref().map(|folder| folder.checkpoint().to_owned());
        path.ok_or(CheckpointError::NoFolder { trial: trial.id() })
    }

    /// Whether an attempt that ended like this is to be made again with what the first one found: it failed with what an
    /// earlier one left, and has reported nothing.
    pub(super) fn begins_again(&self, outcome: &Outcome) -> bool {
        let failed = outcome.failure().is_some_and(|failure| {
            matches!(failure.kind, FailureKind::Error | FailureKind::Panicked)
        });
        if !failed || self.has_reported.load(Ordering::SeqCst) {
            return false;
        }
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        // If that cannot be copied, the attempt has failed for the reason that it gave.
        folder
            .as_mut()
            .is_some_and(|folder| folder.begin_again().unwrap_or(false))
    }
}

/// What the trial says about it. If the folder takes no files at all, it is no matter of the trial.
fn fault(root: &Path, trial: &RunningTrial, failure: Failure) -> CheckpointError {
    if let Err(error) = TrialFolder::probe(root, trial.id()) {
        let root = root.display();
        trial.halt(&format!(
            "the folder of checkpoints `{root}` takes no files: {error}"
        ));
    }
    CheckpointError::Folder {
        reason: failure.reason.to_string(),
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint").finish_non_exhaustive()
    }
}

/// A trial has no folder for its checkpoint. Pass it on with `?`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The evaluator was not told where.
    #[error(
        "trial {trial} has no folder for its checkpoint: name one for the evaluator, as in \
         `.checkpoints(\"checkpoints/mnist\", \"mnist\")`"
    )]
    NoFolder {
        /// The trial.
        trial: TrialId,
    },
    /// It cannot be made, or the checkpoint that it is to begin with cannot be copied.
    #[error("{reason}")]
    Folder {
        /// Which file, and why.
        reason: String,
    },
    /// The trial is to end.
    #[error("no checkpoint is made: the trial is to end")]
    Interrupted(#[from] Interrupted),
}
