//! [`SqliteReader`]: looking at the studies of a file, while they run or later, without disturbing them.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;
use tuning_core::{Entry, Event, EventKind, JournalError, ObserverStatus, Seq, StudySpec};

use crate::{
    error,
    intact::{self, Intact},
    read, regular, salvage, schema,
    sums::{self, Sums},
};

/// No entry takes fewer bytes of a file.
const SMALLEST: u64 = 16;

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
    // The name of the file itself, beside which the notes on its entries stand.
    file: PathBuf,
    // Of a damaged study.
    intact: Option<Intact>,
}

/// What is intact of a study.
pub(crate) struct Salvage {
    pub(crate) reader: SqliteReader,
    /// What the study is.
    pub(crate) info: StudyInfo,
    /// How many of its entries are intact.
    count: u64,
    /// What is wrong with the others.
    pub(crate) damage: Option<JournalError>,
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
        let reader = Self {
            connection: schema::open_to_read(path)?,
            file: path.canonicalize().unwrap_or_else(|_| path.to_owned()),
            path: path.to_owned(),
            intact: None,
        };
        let names = reader.names().map_err(|error| reader.failed(error))?;
        if names.iter().any(|name| reader.check(name).is_err()) {
            // It is told when the study is read.
            schema::keep_wal(&reader.connection);
        }
        Ok(reader)
    }

    /// Opens what is intact of a damaged study, wherever that is; and says what is wrong, if anything is. Nothing is changed.
    /// What SQLite itself takes for lost may be found here.
    pub(crate) fn salvage(path: &Path, study: Option<&str>) -> Result<Salvage, JournalError> {
        let pages = Self::salvaged(path, study, salvage::copy);
        if matches!(&pages, Ok(Salvage { damage: None, .. })) {
            return pages;
        }
        // Pages of different transactions may not fit together: then what SQLite itself finds is more.
        match (pages, Self::salvaged(path, study, salvage::copy_as_it_is)) {
            (Ok(pages), Ok(plain)) if plain.count > pages.count => Ok(plain),
            (Err(_), Ok(plain)) => Ok(plain),
            (pages, _) => pages,
        }
    }

    fn salvaged(
        path: &Path,
        study: Option<&str>,
        make: impl FnOnce(&Path, &Path) -> io::Result<()>,
    ) -> Result<Salvage, JournalError> {
        let folder = tempfile::tempdir()
            .map_err(|error| error::file(&std::env::temp_dir(), "make a copy in", error))?;
        let copy = folder.path().join("copy.db");
        let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        schema::refuse_special(&file)?;
        make(&file, &copy).map_err(|error| error::file(path, "copy", error))?;
        let mut reader = Self {
            connection: schema::open_to_read(&copy)?,
            path: path.to_owned(),
            file,
            intact: None,
        };
        let names = reader.names().or_else(|_| {
            // What the studies hold may be damaged; their names may not.
            let all = reader.connection.prepare("SELECT name FROM studies");
            all?.query_map([], |row| row.get(0))?.collect()
        });
        let names = names.map_err(|error| reader.failed(error))?;
        let name = reader.choose(study, &names)?.to_owned();
        let sums = Sums::of(&reader.file, &name);
        let mut last = Seq::ZERO;
        let mut damage = reader
            .each(&name, Seq::ZERO, usize::MAX, |seq, _| last = seq)
            .and_then(|()| sums.check(path, last))
            .err();
        let (mut count, mut begins) = (last.get(), last > Seq::ZERO);
        if damage.is_some() {
            let id = reader.id(&name)?;
            let there = read::head(&reader.connection, id).unwrap_or(last);
            // A number that is damaged may be of any size; there is no more than the file has room for.
            let room = fs::metadata(&copy).map_or(0, |copy| copy.len() / SMALLEST);
            let there = there.min(Seq::new(sums.count() + room));
            last = last.max(there).max(Seq::new(sums.count()));
            count = 0;
            intact::each(
                &reader.connection,
                id,
                &sums,
                Seq::ZERO,
                last,
                |seq, _, is_intact| {
                    count += u64::from(is_intact);
                    begins |= is_intact && seq == Seq::new(1);
                },
            );
        }
        if !begins {
            // Nothing is left that says what the study is.
            return Err(damage.unwrap_or_else(|| {
                error::refused(format!(
                    "nothing of study `{name}` is left in `{}`",
                    path.display()
                ))
            }));
        }
        // Behind a damaged place there may be all of it; but not for SQLite, as long as it is there.
        damage = damage.or_else(|| {
            let as_it_is = Self::open(path);
            let checked = as_it_is.and_then(|as_it_is| {
                schema::keep_wal(&as_it_is.connection);
                as_it_is.check(&name)
            });
            checked.err()
        });
        reader.intact = Some(Intact {
            _copy: folder,
            last,
        });
        Ok(Salvage {
            info: reader.info(&name)?,
            reader,
            count,
            damage,
        })
    }

    /// Refuses a study that has lost entries.
    fn check(&self, study: &str) -> Result<(), JournalError> {
        regular::refuse_others(&sums::path(&self.file, study))?;
        // The notes first: a process that runs the study may append meanwhile.
        let sums = Sums::of(&self.file, study);
        let found = read::find(&self.connection, study).map_err(|error| self.failed(error))?;
        let head = match found {
            Some((id, _)) => read::head(&self.connection, id),
            None => Ok(Seq::ZERO),
        };
        sums.check(&self.path, head.map_err(|error| self.failed(error))?)
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
    /// If there is none, or several and no name: the message names them. [`JournalError::Lost`] if it has lost entries.
    pub fn study(&self, name: Option<&str>) -> Result<StudyInfo, JournalError> {
        let names = self.names().map_err(|error| self.failed(error))?;
        let name = self.choose(name, &names)?;
        self.check(name)?;
        self.info(name)
    }

    /// This name, or that of the only study.
    fn choose<'a>(
        &self,
        name: Option<&'a str>,
        names: &'a [String],
    ) -> Result<&'a str, JournalError> {
        match (name, names) {
            (Some(name), _) => Ok(name),
            (None, [only]) => Ok(only),
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
        if let Some(intact) = &self.intact {
            return Ok(intact.last);
        }
        read::head(&self.connection, id).map_err(|error| self.failed(error))
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
        read::statuses(&self.connection, id).map_err(|error| self.failed(error))
    }

    /// How far the observers with durable delivery of a study have come, in the order of their names.
    pub(crate) fn cursors(&self, study: &str) -> Result<Vec<(String, Seq)>, JournalError> {
        let id = self.id(study)?;
        read::cursors(&self.connection, id).map_err(|error| self.failed(error))
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
        mut take: impl FnMut(Seq, Entry),
    ) -> Result<(), JournalError> {
        let sums = Sums::of(&self.file, study);
        let id = self.id(study)?;
        if let Some(intact) = &self.intact {
            let until = Seq::new(after.get().saturating_add(limit as u64)).min(intact.last);
            intact::each(
                &self.connection,
                id,
                &sums,
                after,
                until,
                |seq, entry, _| {
                    take(seq, entry);
                },
            );
            return Ok(());
        }
        read::read(&self.connection, id, &sums, after, limit, take)
            .map_err(|error| error.named(&self.path))
    }

    fn info(&self, name: &str) -> Result<StudyInfo, JournalError> {
        let mut first = None;
        self.each(name, Seq::ZERO, 1, |_, entry| first = Some(entry))?;
        match first {
            Some(Entry {
                at_millis,
                kind: EventKind::Created(spec),
                ..
            }) => Ok(StudyInfo {
                name: name.to_owned(),
                created_at_millis: at_millis,
                spec: *spec,
                head: self.head(name)?,
            }),
            _ => Err(JournalError::Corrupt {
                seq: Seq::new(1),
                message: format!("study `{name}` does not begin with `created`"),
            }),
        }
    }

    fn id(&self, study: &str) -> Result<i64, JournalError> {
        let found = read::find(&self.connection, study).map_err(|error| self.failed(error))?;
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
