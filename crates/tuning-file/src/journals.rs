//! [`JournalConfig`]: where a study is kept, as a study file says it; and the kinds that come with this crate.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use tuning_core::{Journal, JournalError, JournalReader, Seq};
use tuning_runtime::MemoryJournal;

use crate::{
    document::{Item, Key, Keys, Shape},
    kinds::{Context, Kind, Kinds, Options, Words},
    paths,
};

/// Where studies are kept: what the options of a kind of journal become.
///
/// # For implementors
/// - Reading a study file opens nothing: only what returns a `Result` touches the place.
/// - What was appended to a study is there when the study is opened again, and studies of different names are apart.
/// - [`marked`](Self::marked) is another place for another mark: the two share no study.
/// - [`studies`](Self::studies) names the studies that have begun, [`reader`](Self::reader) reads one of them beside the
///   journal that writes it, and [`remove`](Self::remove) removes one of them and no other. A place that cannot do that
///   leaves all three to their defaults.
/// - What is intact of a study that is whole is all of it, and accepting its loss changes nothing.
///
/// Each of these promises is a law in `tuning-conformance`.
///
/// # For callers
/// Open it once for each session of a study. To look at a study that another process may be running, use a reader.
pub trait JournalConfig: fmt::Debug + Send + Sync {
    /// Opens the log of this study, which may be new.
    ///
    /// # Errors
    /// If the medium fails, or another process runs the study.
    fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError>;

    /// Names the studies that have begun, in the order in which they did; none if there is no such place yet.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if only the process that runs a study can read it, or if the medium fails.
    fn studies(&self) -> Result<Option<Vec<String>>, JournalError> {
        Err(JournalError::Unsupported("be read by another process"))
    }

    /// Opens the study of this name to be read, also while a process runs it, and returns its name too; without a name,
    /// the only one.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] as for [`studies`](Self::studies); and if there is no such study, or there are
    /// several and no name: the message names them.
    fn reader(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>), JournalError> {
        let _ = study;
        Err(JournalError::Unsupported("be read by another process"))
    }

    /// Says whether a process runs the study of this name, without disturbing one that does or is about to.
    ///
    /// # Errors
    /// If the medium fails.
    fn running(&self, study: &str) -> Result<Running, JournalError> {
        let _ = study;
        Ok(Running::Unknown)
    }

    /// Removes the study of this name for good.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if studies cannot be removed, [`JournalError::Busy`] if a process runs it; and if
    /// there is no such study, or the medium fails.
    fn remove(&self, study: &str) -> Result<(), JournalError> {
        let _ = study;
        Err(JournalError::Unsupported("remove studies"))
    }

    /// Opens what is intact of a study whose journal is damaged, to be read, and says what is wrong: each entry in its
    /// place, and [`Missing`](tuning_core::Missing) in the place of one that is not intact. Changes nothing.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if the journal cannot tell; and if there is no such study, or nothing of it is left.
    fn salvage(&self, study: Option<&str>) -> Result<Salvaged, JournalError> {
        let _ = study;
        Err(JournalError::Unsupported(
            "save what is intact of a damaged study",
        ))
    }

    /// Lets a study continue that was refused because entries are missing or were changed: from here on, what is there
    /// counts.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if the journal never refuses one for that, [`JournalError::Busy`] if a process runs
    /// the study; and if there is no such place, or the medium fails.
    fn accept_loss(&self, study: &str) -> Result<(), JournalError> {
        let _ = study;
        Err(JournalError::Unsupported(
            "tell whether entries are missing",
        ))
    }

    /// What people call the place: a path, a URL without its password.
    fn place(&self) -> String;

    /// The file that it is, if it is one: logs of trials stand beside it.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// The same for another study that is made of this one, such as the same with another seed: `study.db` and
    /// `seed-7` give `study.seed-7.db`.
    fn marked(&self, mark: &str) -> Arc<dyn JournalConfig>;
}

/// What is intact of a study.
pub struct Salvaged {
    /// The name of the study.
    pub study: String,
    /// Reads the entries that are intact, each in its place, and what stands in the place of the others.
    pub reader: Box<dyn JournalReader>,
    /// How far the observers with durable delivery have come; none if that is lost.
    pub cursors: Option<Vec<(String, Seq)>>,
    /// What is wrong with the rest; none if the study is whole.
    pub damage: Option<JournalError>,
}

impl fmt::Debug for Salvaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Salvaged")
            .field("study", &self.study)
            .field("damage", &self.damage)
            .finish_non_exhaustive()
    }
}

/// Whether a process runs a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Running {
    /// One does.
    Yes {
        /// Its number on this machine, if it is known.
        process: Option<u32>,
    },
    /// None does.
    No,
    /// The journal cannot tell.
    Unknown,
}

pub(crate) const WORDS: Words = Words {
    one: "journal",
    expected: "the path of a file, or a kind of journal, such as `{sqlite: study.db}` or `memory`",
    common: &Keys::new("", &[]),
};

/// The kind of a bare path.
#[cfg(feature = "sqlite")]
pub(crate) const DEFAULT: &str = "sqlite";
#[cfg(not(feature = "sqlite"))]
pub(crate) const DEFAULT: &str = "memory";

/// Reads `journal`: a path for the default kind, a URL whose scheme is the name of a kind, or a kind with its
/// options.
pub(crate) fn read(
    item: &Item<'_>,
    kinds: &Kinds<dyn JournalConfig>,
    context: Context<'_>,
) -> Option<Arc<dyn JournalConfig>> {
    let chosen = match item.is_map() {
        true => kinds.read(item, WORDS, context),
        false => {
            let text = item.text(WORDS.expected)?;
            let scheme = text.split_once(':').map(|(scheme, _)| scheme);
            match scheme.filter(|scheme| kinds.get(scheme).is_some()) {
                Some(scheme) => kinds.read_as(scheme, item, WORDS, context),
                None if kinds.get(&text).is_some() => kinds.read_name(item, WORDS, context),
                None => kinds.read_as(DEFAULT, item, WORDS, context),
            }
        }
    };
    chosen.map(|chosen| chosen.config)
}

/// The journal of a study file that does not name one: beside the file, with its name.
pub(crate) fn beside(
    file: &Path,
    kinds: &Kinds<dyn JournalConfig>,
) -> Option<Arc<dyn JournalConfig>> {
    #[cfg(feature = "sqlite")]
    if kinds.get(DEFAULT).is_some() {
        return Some(Arc::new(sqlite::Sqlite(paths::tidy(
            &file.with_extension("db"),
        ))));
    }
    let _ = (file, kinds);
    Some(Arc::new(Memory))
}

/// The kinds that come with this crate.
pub(crate) fn ours() -> Vec<Kind<dyn JournalConfig>> {
    let memory = Kind::new(
        "memory",
        "Nowhere: the study is gone when the process ends.",
        &NONE,
        |_| Some(Arc::new(Memory) as Arc<dyn JournalConfig>),
    );
    vec![
        #[cfg(feature = "sqlite")]
        sqlite::kind(),
        memory,
    ]
}

static NONE: Keys = Keys::new("nothing: it has no options", &[]);

/// A study that nothing keeps.
#[derive(Clone, Copy, Debug)]
struct Memory;

impl JournalConfig for Memory {
    fn open(&self, _study: &str) -> Result<Box<dyn Journal>, JournalError> {
        Ok(Box::new(MemoryJournal::new()))
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn marked(&self, _mark: &str) -> Arc<dyn JournalConfig> {
        Arc::new(Self)
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    //! An SQLite database.

    use tuning_sqlite::{SqliteJournal, SqliteReader, SqliteStudyReader, lock_path};

    use super::*;

    static KEYS: Keys = Keys::new(
        "a path, or a mapping such as `{path: study.db}`",
        &[Key::new(
            "path",
            Shape::Text,
            "The file; it may hold several studies.",
        )
        .required()
        .synonyms(&["file", "url"])],
    );

    pub(super) fn kind() -> Kind<dyn JournalConfig> {
        Kind::new("sqlite", "An SQLite database.", &KEYS, sqlite)
            .short("path")
            .synonyms(&["db", "file"])
    }

    fn sqlite(options: &Options<'_>) -> Option<Arc<dyn JournalConfig>> {
        let item = options.need("path", "name the file")?;
        let path = item.text("a path")?;
        let path = path.strip_prefix("sqlite:").unwrap_or(&path);
        Some(Arc::new(Sqlite(options.resolve(path, &item))))
    }

    #[derive(Clone, Debug)]
    pub(super) struct Sqlite(pub(super) PathBuf);

    impl JournalConfig for Sqlite {
        fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError> {
            Ok(Box::new(SqliteJournal::open(&self.0, study)?))
        }

        fn studies(&self) -> Result<Option<Vec<String>>, JournalError> {
            if !self.0.exists() {
                return Ok(None);
            }
            let studies = SqliteReader::open(&self.0)?.studies()?;
            Ok(Some(studies.into_iter().map(|info| info.name).collect()))
        }

        fn reader(
            &self,
            study: Option<&str>,
        ) -> Result<(String, Box<dyn JournalReader>), JournalError> {
            let reader = SqliteStudyReader::open(&self.0, study)?;
            Ok((reader.study().to_owned(), Box::new(reader)))
        }

        fn running(&self, study: &str) -> Result<Running, JournalError> {
            let Ok(text) = crate::read_text(&lock_path(&self.0, study)) else {
                return Ok(Running::No);
            };
            let owner: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            let process = owner["process"].as_u64();
            let process = process.and_then(|process| u32::try_from(process).ok());
            // Where there is no such folder, the lock file alone must do.
            let processes = Path::new("/proc");
            let is_gone = process.is_some_and(|process| {
                processes.join("self").exists() && !processes.join(process.to_string()).exists()
            });
            Ok(match is_gone {
                true => Running::No,
                false => Running::Yes { process },
            })
        }

        fn remove(&self, study: &str) -> Result<(), JournalError> {
            SqliteJournal::remove(&self.0, study).map(drop)
        }

        fn salvage(&self, study: Option<&str>) -> Result<Salvaged, JournalError> {
            let tuning_sqlite::Salvaged {
                reader,
                cursors,
                damage,
                ..
            } = SqliteStudyReader::salvage(&self.0, study)?;
            Ok(Salvaged {
                study: reader.study().to_owned(),
                reader: Box::new(reader),
                cursors,
                damage,
            })
        }

        fn accept_loss(&self, study: &str) -> Result<(), JournalError> {
            SqliteJournal::accept_loss(&self.0, study)
        }

        fn place(&self) -> String {
            self.0.display().to_string()
        }

        fn file(&self) -> Option<&Path> {
            Some(&self.0)
        }

        fn marked(&self, mark: &str) -> Arc<dyn JournalConfig> {
            Arc::new(Self(paths::marked(&self.0, mark)))
        }
    }
}
