//! [`Whereabouts`]: which study it is and where it is kept.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tuning_command::TrialsFolder;

use crate::{
    document::Fields,
    error::FileError,
    extensions::Extensions,
    journals::{self, JournalConfig},
    kinds::Context,
    paths,
};

/// Which study it is and where it is kept: all that is needed to look at one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Whereabouts {
    /// Its name.
    pub name: String,
    /// Where its log is kept.
    pub journal: Arc<dyn JournalConfig>,
    /// Where the logs and checkpoints of its trials are: beside the journal.
    pub trials_dir: PathBuf,
}

impl Whereabouts {
    pub(super) fn read(root: &Fields<'_>, path: &Path, extensions: &Extensions) -> Option<Self> {
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = match root.get("name") {
            Some(item) => item.text("a name"),
            None => Some(stem),
        };
        let folder = paths::folder(path);
        let context = Context {
            folder: &folder,
            space: None,
            pruners: &extensions.pruners,
        };
        let journal = match root.get("journal") {
            Some(item) => journals::read(&item, &extensions.journals, context),
            None => journals::beside(path, &extensions.journals),
        };
        Some(Self::new(name?, journal?, &folder))
    }

    /// A study of this name in this journal. Where that is no file, what trials leave is in `trials` in this folder.
    #[must_use]
    pub fn new(name: String, journal: Arc<dyn JournalConfig>, folder: &Path) -> Self {
        let trials_dir = match journal.file() {
            Some(file) => trials_dir(file, &name),
            None => paths::tidy(&folder.join("trials").join(folder_name(&name))),
        };
        Self {
            name,
            journal,
            trials_dir,
        }
    }

    /// Takes the folder of the trials, until what is returned is dropped: no study uses it meanwhile, and it belongs to no
    /// other one.
    ///
    /// # Errors
    /// If it is in use, or belongs to another study or journal.
    pub fn claim_trials(&self) -> Result<TrialsFolder, FileError> {
        let journal = self.journal.file();
        Ok(TrialsFolder::claim(&self.trials_dir, &self.name, journal)?)
    }
}

/// Where the logs and checkpoints of a study's trials are, if its journal is a file: beside that.
fn trials_dir(journal: &Path, study: &str) -> PathBuf {
    journal.with_extension("trials").join(folder_name(study))
}

/// The study's name as the name of a folder.
fn folder_name(name: &str) -> String {
    let safe = |c: char| {
        if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
            '_'
        } else {
            c
        }
    };
    match name.chars().map(safe).collect::<String>() {
        dots if dots.chars().all(|c| c == '.') => format!("_{dots}"),
        name => name,
    }
}
