//! [`View`]: a study as its journal shows it, read without disturbing the one who runs it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tuning_core::{
    EventKind, Fact, JournalError, JournalReader, ObserverStatus, Progress, Seq, StudySpec,
    StudyView,
};
use tuning_file::{Extensions, JournalConfig, StudyReader, Whereabouts, read_journal};

use crate::{args::StudyArgs, error::CliError, shell, wait::wait};

/// A study, its name and where it is kept.
#[derive(Debug)]
pub(crate) struct View<S = StudyView> {
    pub(crate) name: String,
    pub(crate) journal: Arc<dyn JournalConfig>,
    pub(crate) study: S,
}

/// A study without its trials.
#[derive(Debug)]
pub(crate) struct Overview {
    pub(crate) spec: StudySpec,
    /// How its space was amended last, in which session, and what that changed.
    pub(crate) amended: Option<Change>,
    pub(crate) progress: Progress,
    pub(crate) head: Seq,
    pub(crate) last_at_millis: u64,
    pub(crate) observers: Vec<ObserverStatus>,
}

/// A change of a study's space.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) session: u64,
    pub(crate) differences: Vec<String>,
    /// How many trials from before do not fit.
    pub(crate) outside: u64,
}

impl View<Overview> {
    /// Reads the study of a place, and keeps none of its trials that have ended.
    pub(crate) fn overview_of(place: &Place) -> Result<Self, CliError> {
        let (mut reader, name) = place.open()?;
        Ok(Self {
            name,
            journal: Arc::clone(&place.journal),
            study: wait(Overview::read(&mut *reader))??,
        })
    }
}

impl Overview {
    async fn read(reader: &mut dyn JournalReader) -> Result<Self, JournalError> {
        let spec = reader.spec().await?;
        let mut overview = Self {
            progress: Progress::new(spec.objectives.clone()),
            head: Seq::ZERO,
            last_at_millis: 0,
            amended: None,
            // Before the entries: an observer is behind by what comes meanwhile at most.
            observers: reader.observer_statuses().await?,
            spec,
        };
        loop {
            let entries = reader.read(overview.head, PAGE).await?;
            if entries.is_empty() {
                return Ok(overview);
            }
            overview.head = overview.head.plus(entries.len() as u64);
            for mut entry in entries {
                if let EventKind::Fact(Fact::Started(started)) = &mut entry.kind
                    && let Ok(params) = overview.spec.space.align(&started.params)
                {
                    started.params = params;
                }
                if let EventKind::Amended(amended) = &entry.kind {
                    overview.amended = Some(Change {
                        session: overview.progress.sessions(),
                        differences: overview.spec.space.differences(&amended.space),
                        outside: amended.outside,
                    });
                    overview.spec.space = amended.space.clone();
                }
                overview.progress.apply(entry.at_millis, &entry.kind);
                overview.last_at_millis = overview.last_at_millis.max(entry.at_millis);
            }
        }
    }
}

/// How many entries are read at once.
const PAGE: usize = 1024;

impl View {
    /// Reads the study that the command line names.
    pub(crate) fn of(args: &StudyArgs, extensions: &Extensions) -> Result<Self, CliError> {
        let place = Place::of(args, extensions)?;
        place.must_be_there(args)?;
        Self::read(&place)
    }

    fn read(place: &Place) -> Result<Self, CliError> {
        let (mut reader, name) = place.open()?;
        Ok(Self {
            name,
            journal: Arc::clone(&place.journal),
            study: wait(StudyView::read(&mut *reader))??,
        })
    }
}

/// Where the study is that the command line names.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) journal: Arc<dyn JournalConfig>,
    /// None if it is the only one.
    pub(crate) name: Option<String>,
    folder: PathBuf,
}

impl Place {
    /// Where it is, whether or not it has begun.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub(crate) fn of(args: &StudyArgs, extensions: &Extensions) -> Result<Self, CliError> {
        if is_journal(&args.file) {
            return Ok(Self {
                journal: read_journal(&args.file.to_string_lossy(), extensions)?,
                name: args.study.clone(),
                folder: PathBuf::from("."),
            });
        }
        let found = StudyReader::new(extensions).whereabouts(&args.file)?;
        let folder = args.file.parent().unwrap_or(Path::new(""));
        Ok(Self {
            journal: found.journal,
            name: Some(args.study.clone().unwrap_or(found.name)),
            folder: folder.to_owned(),
        })
    }

    /// Whether there is any study.
    ///
    /// # Errors
    /// If the journal cannot be read, or by no other process.
    pub(crate) fn is_there(&self) -> Result<bool, CliError> {
        match self.journal.studies() {
            Ok(studies) => Ok(studies.is_some()),
            Err(JournalError::Unsupported(_)) => Err(CliError::Usage(format!(
                "study `{}` is kept in `{}`, which only the process that runs it can read",
                self.name.as_deref().unwrap_or_default(),
                self.journal.place()
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a study whose file says where it is to be, and which has not begun.
    pub(crate) fn must_be_there(&self, args: &StudyArgs) -> Result<(), CliError> {
        if is_journal(&args.file) || self.is_there()? {
            return Ok(());
        }
        Err(CliError::Usage(format!(
            "study `{}` has not begun: there is no journal `{}`; `{} run {}` starts it",
            self.name.as_deref().unwrap_or_default(),
            self.journal.place(),
            shell::tune(),
            shell::word(&args.file)
        )))
    }

    /// A reader of the study, and its name.
    pub(crate) fn open(&self) -> Result<(Box<dyn JournalReader>, String), CliError> {
        let (name, reader) = wait(async { self.journal.reader(self.name.as_deref()) })??;
        Ok((reader, name))
    }

    /// Where a study of this name is, with the logs and checkpoints of its trials.
    pub(crate) fn whereabouts(&self, name: &str) -> Whereabouts {
        Whereabouts::new(name.to_owned(), Arc::clone(&self.journal), &self.folder)
    }
}

/// A file with an extension of a study file is one; anything else is a journal.
fn is_journal(path: &Path) -> bool {
    tuning_file::document::Format::of(path).is_none()
}
