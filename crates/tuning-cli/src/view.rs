//! [`View`]: a study as its journal shows it, read without disturbing the one who runs it.

use std::path::{Path, PathBuf};

use tuning_core::{JournalError, JournalReader, StudyView};
use tuning_file::{Extensions, StudyReader};
use tuning_sqlite::SqliteStudyReader;

use crate::{args::StudyArgs, error::CliError, wait::wait};

/// A study, its name and where it is kept.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) name: String,
    pub(crate) journal: PathBuf,
    pub(crate) study: StudyView,
}

impl View {
    /// Reads the study that the command line names.
    pub(crate) fn of(args: &StudyArgs, extensions: &Extensions) -> Result<Self, CliError> {
        let (journal, name) = locate(args, extensions)?;
        Self::read(&journal, name.as_deref())
    }

    /// Reads a study of this journal; without a name, the only one.
    pub(crate) fn read(journal: &Path, name: Option<&str>) -> Result<Self, CliError> {
        let (mut reader, name) = open_reader(journal, name)?;
        Ok(Self {
            name,
            journal: journal.to_owned(),
            study: wait(StudyView::read(&mut *reader))??,
        })
    }
}

/// A reader of a study of this journal, and the study's name; without a name, of the only one.
pub(crate) fn open_reader(
    journal: &Path,
    name: Option<&str>,
) -> Result<(Box<dyn JournalReader>, String), JournalError> {
    let reader = SqliteStudyReader::open(journal, name)?;
    let name = reader.study().to_owned();
    Ok((Box::new(reader), name))
}

/// Where the study that the command line names is, and its name if it is known.
///
/// # Errors
/// If its file cannot be read, or says where the study is to be and it has not begun.
pub(crate) fn locate(
    args: &StudyArgs,
    extensions: &Extensions,
) -> Result<(PathBuf, Option<String>), CliError> {
    let (journal, name) = whereabouts_of(args, extensions)?;
    if !is_database(&args.file) && !journal.exists() {
        return Err(CliError::Usage(format!(
            "study `{}` has not begun: there is no journal `{}`; `tune run {}` starts it",
            name.as_deref().unwrap_or_default(),
            journal.display(),
            args.file.display()
        )));
    }
    Ok((journal, name))
}

/// The same, whether or not it has begun.
pub(crate) fn whereabouts_of(
    args: &StudyArgs,
    extensions: &Extensions,
) -> Result<(PathBuf, Option<String>), CliError> {
    if is_database(&args.file) {
        return Ok((args.file.clone(), args.study.clone()));
    }
    let found = StudyReader::new(extensions).whereabouts(&args.file)?;
    let Some(journal) = found.journal.file() else {
        return Err(CliError::Usage(format!(
            "study `{}` is kept in `{}`, which is not a file: only the process that runs it can read it",
            found.name,
            found.journal.place()
        )));
    };
    let name = args.study.clone().unwrap_or(found.name);
    Ok((journal.to_owned(), Some(name)))
}

/// A file with an extension of a study file is one; anything else is a journal.
fn is_database(path: &Path) -> bool {
    tuning_file::document::Format::of(path).is_none()
}
