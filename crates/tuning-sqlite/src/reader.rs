//! [`SqliteReader`]: looking at the studies of a file, while they run or later, without disturbing them.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;
use tuning_core::{Entry, Event, EventKind, JournalError, ObserverStatus, Seq, StudySpec};

use crate::{error, schema, store};

/// Reads the studies of a file. It holds no study's lock, changes nothing and never makes a
/// writer wait.
///
/// Its calls block; each sees what was durable when it was made.
///
/// # Example
/// ```
/// # use tuning_core::{Entry, EventKind, Journal, Objectives, Parameter, Seq, Space, Spec, StudySpec};
/// # use tuning_sqlite::{SqliteJournal, SqliteReader};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("study.db");
/// # let mut journal = SqliteJournal::open(&path, "digits")?;
/// # let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
/// # let spec = StudySpec::new(space, Objectives::minimize("loss")?, Spec::new("random"));
/// # journal.append(Seq::ZERO, &[Entry::new(0, EventKind::Created(Box::new(spec)))]).await?;
/// let reader = SqliteReader::open(&path)?;
/// let study = reader.study(None)?; // the only one
/// for event in reader.events(&study.name, Seq::ZERO, 1000)? {
///     println!("{} {}", event.seq, event.kind.name());
/// }
/// # assert_eq!(study.head, Seq::new(1));
/// # Ok(())
/// # }
/// ```
pub struct SqliteReader {
    connection: Connection,
    path: PathBuf,
}

/// A study of a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StudyInfo {
    /// Its name.
    pub name: String,
    /// When its first entry was written, in milliseconds since the start of 1970 (UTC).
    pub created_at_millis: u64,
    /// What it is.
    pub spec: StudySpec,
    /// The number of its last entry.
    pub head: Seq,
}

impl SqliteReader {
    /// Opens the file at `path` for reading.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] if there is no such file, or it is not an SQLite database, another
    /// program's, or was written by a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref();
        Ok(Self {
            connection: schema::open_to_read(path)?,
            path: path.to_owned(),
        })
    }

    /// The studies of the file, in the order in which they were created.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if one does not begin as a study does.
    pub fn studies(&self) -> Result<Vec<StudyInfo>, JournalError> {
        let names = self.names().map_err(|error| self.failed(error))?;
        names.iter().map(|name| self.info(name)).collect()
    }

    /// The study of this name; without a name, the only one.
    ///
    /// # Errors
    /// If there is none, or several and no name: the message names them.
    pub fn study(&self, name: Option<&str>) -> Result<StudyInfo, JournalError> {
        let names = self.names().map_err(|error| self.failed(error))?;
        match (name, &names[..]) {
            (Some(name), _) => self.info(name),
            (None, [only]) => self.info(only),
            (None, []) => {
                let message = format!("`{}` holds no study yet", self.path.display());
                Err(error::refused(message))
            }
            (None, several) => {
                let message = format!(
                    "`{}` holds {} studies: {}; say which",
                    self.path.display(),
                    several.len(),
                    listed(several)
                );
                Err(error::refused(message))
            }
        }
    }

    /// The number of a study's last entry.
    ///
    /// # Errors
    /// If there is no such study, or the file cannot be read.
    pub fn head(&self, study: &str) -> Result<Seq, JournalError> {
        let id = self.id(study)?;
        store::head(&self.connection, id).map_err(|error| self.failed(error))
    }

    /// Up to `limit` entries of a study behind `after`, in order; none if `after` is the head.
    ///
    /// # Errors
    /// If there is no such study; [`JournalError::Corrupt`] if an entry cannot be understood.
    pub fn read(&self, study: &str, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        self.each(study, after, limit, |_, entry| entries.push(entry))?;
        Ok(entries)
    }

    /// The same as events: with the study's name and each entry's number.
    ///
    /// # Errors
    /// As [`SqliteReader::read`].
    pub fn events(
        &self,
        study: &str,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Event>, JournalError> {
        let name: Arc<str> = study.into();
        let mut events = Vec::new();
        self.each(study, after, limit, |seq, entry| {
            events.push(Event::new(name.clone(), seq, entry.at_millis, entry.kind));
        })?;
        Ok(events)
    }

    /// The statuses of a study's observers as they were last noted (about once a second, and at the end
    /// of a session), in the order of their names.
    ///
    /// # Errors
    /// If there is no such study, or the file cannot be read.
    pub fn observer_statuses(&self, study: &str) -> Result<Vec<ObserverStatus>, JournalError> {
        let id = self.id(study)?;
        store::statuses(&self.connection, id).map_err(|error| self.failed(error))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn each(
        &self,
        study: &str,
        after: Seq,
        limit: usize,
        take: impl FnMut(Seq, Entry),
    ) -> Result<(), JournalError> {
        let id = self.id(study)?;
        store::read(&self.connection, id, after, limit, take)
            .map_err(|error| error.named(&self.path))
    }

    fn info(&self, name: &str) -> Result<StudyInfo, JournalError> {
        let id = self.id(name)?;
        let mut first = None;
        store::read(&self.connection, id, Seq::ZERO, 1, |_, entry| {
            first = Some(entry)
        })
        .map_err(|error| error.named(&self.path))?;
        match first {
            Some(Entry {
                at_millis,
                kind: EventKind::Created(spec),
                ..
            }) => Ok(StudyInfo {
                name: name.to_owned(),
                created_at_millis: at_millis,
                spec: *spec,
                head: store::head(&self.connection, id).map_err(|error| self.failed(error))?,
            }),
            _ => Err(JournalError::Corrupt {
                seq: Seq::new(1),
                message: format!("study `{name}` does not begin with `created`"),
            }),
        }
    }

    fn id(&self, study: &str) -> Result<i64, JournalError> {
        let found = store::find(&self.connection, study).map_err(|error| self.failed(error))?;
        if let Some((id, format)) = found {
            schema::check_study(&self.path, study, format)?;
            return Ok(id);
        }
        let names = self.names().map_err(|error| self.failed(error))?;
        let there = match &names[..] {
            [] => "no study yet".to_owned(),
            names => listed(names),
        };
        let message = format!(
            "`{}` holds no study `{study}`, but {there}",
            self.path.display()
        );
        Err(error::refused(message))
    }

    /// The names of the studies that have begun.
    fn names(&self) -> rusqlite::Result<Vec<String>> {
        self.connection
            .prepare_cached(
                "SELECT name FROM studies AS s \
                 WHERE EXISTS (SELECT 1 FROM events WHERE study = s.id) ORDER BY id",
            )?
            .query_map([], |row| row.get(0))?
            .collect()
    }

    fn failed(&self, error: rusqlite::Error) -> JournalError {
        error::sqlite(&self.path, "read", error)
    }
}

impl fmt::Debug for SqliteReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn listed(names: &[String]) -> String {
    format!("`{}`", names.join("`, `"))
}
