//! [`SqliteJournal`]: the journal that a study runs with.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tuning_core::{Entry, Journal, JournalError, ObserverStatus, Seq};

use crate::{
    error,
    lock::{self, StudyLock},
    row::Row,
    schema,
    store::Store,
    sums::Sums,
    worker::{Gone, Worker},
};

/// The durable journal of one study in a SQLite file.
///
/// It is this process's alone: a second one is refused with [`JournalError::Busy`] until this one is
/// dropped or its process is gone, in whatever way. Readers are welcome at any time
/// ([`SqliteReader`](crate::SqliteReader)).
///
/// Its futures may be awaited on any executor, and dropped at any time: what was begun is finished.
/// Dropping the journal waits for what was begun, which takes as long as one append.
///
/// # Example
/// ```
/// use tuning_core::{Journal, Seq};
/// use tuning_sqlite::SqliteJournal;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("study.db");
/// let mut journal = SqliteJournal::open(&path, "digits")?;
/// assert!(journal.read(Seq::ZERO, 1000).await?.is_empty(), "a new study");
///
/// let second = SqliteJournal::open(&path, "digits").unwrap_err();
/// assert!(second.to_string().contains("study `digits`"));
/// # Ok(())
/// # }
/// ```
pub struct SqliteJournal {
    // Dropped in this order: the connection is closed before another process may run the study.
    worker: Worker<Store>,
    _lock: StudyLock,
    path: PathBuf,
    study: String,
}

impl SqliteJournal {
    /// Opens the study of this name in the file at `path`, to run it. A file that is not there is
    /// created; the folder must be there.
    ///
    /// # Errors
    /// [`JournalError::Busy`] if another journal of the study is open, here or in another process.
    /// [`JournalError::Lost`] if the study is shorter than it was: see [`accept_loss`](Self::accept_loss).
    /// [`JournalError::Unavailable`] if the folder does not exist, the file cannot be written, is no
    /// SQLite database or another program's, or was written by a newer version.
    pub fn open(path: impl AsRef<Path>, study: &str) -> Result<Self, JournalError> {
        if study.is_empty() {
            return Err(error::refused(
                "the name of the study is empty: give it one",
            ));
        }
        let path = schema::resolve(path.as_ref())?;
        schema::refuse_special(&path)?;
        let lock = StudyLock::take(&path, study)?;
        let store = Store::open(path.clone(), study.to_owned())?;
        let worker = Worker::spawn("tuning-sqlite", store)
            .map_err(|error| JournalError::unavailable("the system gives no thread", error))?;
        Ok(Self {
            worker,
            _lock: lock,
            path,
            study: study.to_owned(),
        })
    }

    /// Removes the study of this name from the file at `path`, for good. The file goes with it if it holds no
    /// other study and no process runs one in it; returns whether it did.
    ///
    /// # Errors
    /// [`JournalError::Busy`] if a process runs the study. [`JournalError::Unavailable`] if there is no such
    /// file or no such study in it, or the file cannot be written.
    pub fn remove(path: impl AsRef<Path>, study: &str) -> Result<bool, JournalError> {
        let path = schema::resolve(path.as_ref())?;
        schema::refuse_special(&path)?;
        if let Err(error) = std::fs::metadata(&path) {
            return Err(error::file(&path, "read", error));
        }
        let _lock = StudyLock::take(&path, study)?;
        // One that has lost entries can be removed, too.
        let forgotten = Sums::of(&path, study).remove();
        forgotten.map_err(|error| error::file(&path, "remove the study from", error))?;
        let is_last = Store::open(path.clone(), study.to_owned())?.remove()?;
        if !is_last || lock::has_others(&path, study) || std::fs::remove_file(&path).is_err() {
            return Ok(false);
        }
        // Still there if a reader has it open.
        for suffix in ["-wal", "-shm"] {
            let mut beside = path.clone().into_os_string();
            beside.push(suffix);
            let _ = std::fs::remove_file(beside);
        }
        Ok(true)
    }

    /// Lets the study of this name continue from what is left of it, after [`JournalError::Lost`] or because an entry is not
    /// what was written.
    ///
    /// # Errors
    /// [`JournalError::Busy`] if a process runs the study. [`JournalError::Unavailable`] if there is no such file, or the
    /// notes on its entries cannot be removed.
    pub fn accept_loss(path: impl AsRef<Path>, study: &str) -> Result<(), JournalError> {
        let path = schema::resolve(path.as_ref())?;
        if let Err(error) = std::fs::metadata(&path) {
            return Err(error::file(&path, "read", error));
        }
        let _lock = StudyLock::take(&path, study)?;
        let removed = Sums::of(&path, study).remove();
        removed.map_err(|error| error::file(&path, "accept the loss of", error))
    }

    /// The file, with its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the study.
    #[must_use]
    pub fn study(&self) -> &str {
        &self.study
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.worker.call(work).await.unwrap_or_else(|Gone| {
            let message = format!(
                "the thread that writes `{}` has panicked: open the study again",
                self.path.display()
            );
            Err(error::refused(message))
        })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Journal for SqliteJournal {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        // Encoded here, so that the thread has nothing to do but to write.
        let rows: Vec<_> = entries.iter().map(Row::encode).collect::<Result<_, _>>()?;
        self.call(move |store| store.append(after, &rows)).await
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.call(move |store| store.read(after, limit)).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        let observer = observer.to_owned();
        self.call(move |store| store.cursor(&observer)).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        let observer = observer.to_owned();
        self.call(move |store| store.set_cursor(&observer, at))
            .await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        self.call(|store| store.observer_statuses()).await
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        let observer = status.observer.clone();
        let body = serde_json::to_string(status).map_err(|error| {
            let message = format!("how observer `{observer}` stands cannot be stored as JSON");
            JournalError::unavailable(message, error)
        })?;
        self.call(move |store| store.set_observer_status(&observer, &body))
            .await
    }
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("path", &self.path)
            .field("study", &self.study)
            .finish_non_exhaustive()
    }
}
