//! [`JournalConfig`]: where a study is kept, as a study file says it; and the kinds that come with this crate.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use tuning_core::{Journal, JournalError};
use tuning_runtime::MemoryJournal;

use crate::{
    document::{Item, Key, Keys, Shape},
    kinds::{Context, Kind, Kinds, Options, Words},
    paths,
};

/// Where studies are kept: what the options of a kind of journal become.
///
/// # For implementors
/// - Reading a study file opens nothing: only [`open`](Self::open) touches what keeps the study.
/// - [`marked`](Self::marked) is another place for another mark: the two share no study.
///
/// # For callers
/// Open it once for each session of a study.
pub trait JournalConfig: fmt::Debug + Send + Sync {
    /// Opens the log of this study, which may be new.
    ///
    /// # Errors
    /// If the medium fails, or another process runs the study.
    fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError>;

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

    use tuning_sqlite::SqliteJournal;

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
