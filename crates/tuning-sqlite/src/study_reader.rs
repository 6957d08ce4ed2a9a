//! [`SqliteStudyReader`]: one study of a file, as the readers of any journal see it.

use std::{fmt, path::Path};

use async_trait::async_trait;
use tuning_core::{Entry, JournalError, JournalReader, ObserverStatus, Seq, StudySpec};

use crate::{
    error,
    reader::{SqliteReader, StudyInfo},
    worker::{Gone, Worker},
};

/// Reads one study of a file, while it runs or later. It holds no lock, changes nothing and never makes a
/// writer wait.
///
/// It reads on a thread of its own: its futures may be awaited on any executor.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # use tuning_sqlite::{SqliteJournal, SqliteStudyReader};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("study.db");
/// # let mut journal = SqliteJournal::open(&path, "digits")?;
/// # let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
/// # let spec = StudySpec::new(space, Objectives::minimize("loss")?, Spec::new("random"));
/// # journal.append(Seq::ZERO, &[Entry::new(0, EventKind::Created(Box::new(spec)))]).await?;
/// let mut reader = SqliteStudyReader::open(&path, None)?; // the only one
/// let view = StudyView::read(&mut reader).await?;
/// println!("{}: {}", reader.study(), view.progress().counts());
/// # assert_eq!(view.head(), Seq::new(1));
/// # Ok(())
/// # }
/// ```
pub struct SqliteStudyReader {
    worker: Worker<SqliteReader>,
    info: StudyInfo,
}

/// What is intact of a study whose file is damaged.
#[derive(Debug)]
#[non_exhaustive]
pub struct Salvaged {
    /// Reads it.
    pub reader: SqliteStudyReader,
    /// How far the observers with durable delivery have come, in the order of their names; none if that is lost.
    pub cursors: Option<Vec<(String, Seq)>>,
    /// What is wrong; none if the study is whole.
    pub damage: Option<JournalError>,
}

impl SqliteStudyReader {
    /// Opens the study of this name in the file at `path`; without a name, the only one.
    ///
    /// # Errors
    /// As [`SqliteReader::open`] and [`SqliteReader::study`].
    pub fn open(path: impl AsRef<Path>, study: Option<&str>) -> Result<Self, JournalError> {
        let reader = SqliteReader::open(path)?;
        let info = reader.study(study)?;
        Self::new(reader, info)
    }

    /// Opens what is intact of a study whose file is damaged, wherever that is: in the place of each entry that is missing
    /// or is not what was written it reads [`Missing`](tuning_core::Missing), with the number of its trial if that is
    /// known. The file stays as it is.
    ///
    /// # Errors
    /// If there is no such file or study, or its first entry is gone.
    pub fn salvage(path: impl AsRef<Path>, study: Option<&str>) -> Result<Salvaged, JournalError> {
        let path = path.as_ref();
        if let Err(error) = std::fs::metadata(path) {
            return Err(error::file(path, "read", error));
        }
        let salvage = SqliteReader::salvage(path, study)?;
        let cursors = salvage.reader.cursors(&salvage.info.name).ok();
        Ok(Salvaged {
            reader: Self::new(salvage.reader, salvage.info)?,
            cursors,
            damage: salvage.damage,
        })
    }

    fn new(reader: SqliteReader, info: StudyInfo) -> Result<Self, JournalError> {
        let worker = Worker::spawn("tuning-sqlite-reader", reader)
            .map_err(|error| JournalError::unavailable("the system gives no thread", error))?;
        Ok(Self { worker, info })
    }

    /// The name of the study.
    #[must_use]
    pub fn study(&self) -> &str {
        &self.info.name
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SqliteReader, &str) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let study = self.info.name.clone();
        let called = self.worker.call(move |reader| work(reader, &study)).await;
        called.unwrap_or_else(|Gone| {
            Err(error::refused(
                "the thread that reads the journal has panicked: open it again",
            ))
        })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl JournalReader for SqliteStudyReader {
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.call(move |reader, study| reader.read(study, after, limit))
            .await
    }

    async fn head(&mut self) -> Result<Seq, JournalError> {
        self.call(|reader, study| reader.head(study)).await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        self.call(|reader, study| reader.observer_statuses(study))
            .await
    }

    async fn spec(&mut self) -> Result<StudySpec, JournalError> {
        // Read when it was opened: it never changes.
        let spec = &self.info.spec;
        if spec.format > StudySpec::FORMAT {
            return Err(JournalError::Corrupt {
                seq: Seq::new(1),
                message: format!(
                    "its format is {}, but this version knows formats up to {}: use a newer version",
                    spec.format,
                    StudySpec::FORMAT
                ),
            });
        }
        Ok(spec.clone())
    }
}

impl fmt::Debug for SqliteStudyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStudyReader")
            .field("study", &self.info.name)
            .finish_non_exhaustive()
    }
}
