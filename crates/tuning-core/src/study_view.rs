//! [`StudyView`]: everything that a study's journal tells, as one fold. It does not know where the journal is
//! kept.

use crate::{
    Closed, Entry, EventKind, JournalError, JournalReader, ObserverStatus, Opened, Progress, Seq,
    StudySpec, Trial, Trials, fact::Fact,
};

/// How many entries are read at once.
const PAGE: usize = 4096;

/// A whole study as its journal shows it: what it is, every trial in full, its progress and sessions, and
/// the statuses of its observers. Reports, dashboards, exports and databases stand on it.
///
/// Its memory grows with the trials, ended ones included; [`Progress`] alone forgets those.
///
/// # Example
/// ```
/// use tuning_core::*;
///
/// # async fn show(reader: &mut dyn JournalReader) -> Result<(), JournalError> {
/// let mut view = StudyView::read(reader).await?;
/// println!("{}: {}", view.spec().strategy, view.progress().counts());
/// for trial in view.ranked().into_iter().take(3) {
///     println!("trial {}: {}", trial.id, trial.params);
/// }
/// // Later, while the study runs:
/// if view.update(reader).await? > 0 {
///     println!("{}", view.progress().counts());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct StudyView {
    spec: StudySpec,
    trials: Trials,
    progress: Progress,
    head: Seq,
    created_at_millis: u64,
    last_at_millis: u64,
    observers: Vec<ObserverStatus>,
}

impl StudyView {
    /// A study of this identity of which nothing has been read yet.
    #[must_use]
    pub fn new(spec: StudySpec) -> Self {
        Self {
            trials: Trials::new(),
            progress: Progress::new(spec.objectives.clone()),
            head: Seq::ZERO,
            created_at_millis: 0,
            last_at_millis: 0,
            observers: Vec::new(),
            spec,
        }
    }

    /// Reads a whole study.
    ///
    /// # Errors
    /// If the study has not begun, or its journal cannot be read.
    pub async fn read(reader: &mut dyn JournalReader) -> Result<Self, JournalError> {
        let mut view = Self::new(reader.spec().await?);
        view.update(reader).await?;
        Ok(view)
    }

    /// Reads what has come since; returns how many entries that were.
    ///
    /// # Errors
    /// If the journal cannot be read. What was read until then is in the view.
    pub async fn update(&mut self, reader: &mut dyn JournalReader) -> Result<u64, JournalError> {
        let before = self.head;
        // Before the entries: an observer is behind by what comes meanwhile at most.
        self.observers = reader.observer_statuses().await?;
        loop {
            let entries = reader.read(self.head, PAGE).await?;
            if entries.is_empty() {
                return Ok(self.head.get() - before.get());
            }
            for entry in entries {
                self.apply(entry);
            }
        }
    }

    /// Learns the next entry of the log.
    pub fn apply(&mut self, mut entry: Entry) {
        if let EventKind::Fact(Fact::Started(started)) = &mut entry.kind
            && let Ok(params) = self.spec.space.align(&started.params)
        {
            // In the order of the space, whatever that of the journal.
            started.params = params;
        }
        let Entry {
            at_millis, kind, ..
        } = entry;
        if let EventKind::Amended(amended) = &kind {
            self.spec.space = amended.space.clone();
        }
        self.trials.apply(at_millis, &kind);
        self.progress.apply(at_millis, &kind);
        if self.head == Seq::ZERO {
            self.created_at_millis = at_millis;
        }
        self.head = self.head.plus(1);
        self.last_at_millis = self.last_at_millis.max(at_millis);
    }

    /// The identity of the study, with the space that it has now.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// Every trial in full.
    #[must_use]
    pub fn trials(&self) -> &Trials {
        &self.trials
    }

    /// The completed trials, the best ones first: by the first objective, then by age.
    #[must_use]
    pub fn ranked(&self) -> Vec<&Trial> {
        self.trials.ranked(&self.spec.objectives)
    }

    /// Counts, the best trial, the front, open trials, sessions and times.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// How the last session began; none before the first.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        self.progress.opened()
    }

    /// How the last session ended; none if it runs, or was interrupted.
    #[must_use]
    pub fn closed(&self) -> Option<&Closed> {
        self.progress.closed()
    }

    /// The number of the last entry.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.head
    }

    /// When the study was created, in milliseconds since the start of 1970 (UTC).
    #[must_use]
    pub fn created_at_millis(&self) -> u64 {
        self.created_at_millis
    }

    /// The latest time of its entries, likewise.
    #[must_use]
    pub fn last_at_millis(&self) -> u64 {
        self.last_at_millis
    }

    /// The statuses of its observers when the view was read, in the order of their names.
    #[must_use]
    pub fn observers(&self) -> &[ObserverStatus] {
        &self.observers
    }
}
