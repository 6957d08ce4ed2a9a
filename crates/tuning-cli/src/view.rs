//! [`View`]: a study as its journal shows it, read without disturbing the one who runs it.

use std::path::{Path, PathBuf};

use tuning_core::{
    Closed, EventKind, Fact, JournalError, Objectives, ObserverStatus, Opened, Progress, Seq,
    StudySpec, Trial, TrialState, Trials,
};
use tuning_file::whereabouts;
use tuning_sqlite::SqliteReader;

use crate::{args::StudyArgs, error::CliError};

/// How many entries are read at once.
const PAGE: usize = 4096;

/// A study, folded from its journal.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) name: String,
    pub(crate) journal: PathBuf,
    pub(crate) spec: StudySpec,
    pub(crate) trials: Trials,
    pub(crate) progress: Progress,
    /// How the last session began.
    pub(crate) opened: Option<Opened>,
    /// How it ended, if nothing came after that.
    pub(crate) closed: Option<Closed>,
    pub(crate) last_at_millis: u64,
    /// The number of its last entry.
    pub(crate) head: Seq,
    /// The statuses of its observers.
    pub(crate) statuses: Vec<ObserverStatus>,
}

impl View {
    /// Reads the study that the command line names.
    pub(crate) fn of(args: &StudyArgs) -> Result<Self, CliError> {
        let (journal, name) = locate(args)?;
        Ok(Self::read(&journal, name.as_deref())?)
    }

    /// Reads a study of this journal; without a name, the only one.
    pub(crate) fn read(journal: &Path, name: Option<&str>) -> Result<Self, JournalError> {
        let reader = SqliteReader::open(journal)?;
        let info = reader.study(name)?;
        let mut view = Self {
            journal: journal.to_owned(),
            progress: Progress::new(info.spec.objectives.clone()),
            trials: Trials::new(),
            opened: None,
            closed: None,
            last_at_millis: info.created_at_millis,
            head: Seq::ZERO,
            // Before the entries: an observer is behind at most by what comes meanwhile.
            statuses: reader.observer_statuses(&info.name)?,
            name: info.name,
            spec: info.spec,
        };
        loop {
            let entries = reader.read(&view.name, view.head, PAGE)?;
            if entries.is_empty() {
                return Ok(view);
            }
            view.head = view.head.plus(entries.len() as u64);
            for mut entry in entries {
                if let EventKind::Fact(Fact::Started(started)) = &mut entry.kind {
                    // In the order of the space, whatever that of the journal.
                    if let Ok(params) = view.spec.space.align(&started.params) {
                        started.params = params;
                    }
                }
                view.apply(entry.at_millis, entry.kind);
            }
        }
    }

    fn apply(&mut self, at_millis: u64, kind: EventKind) {
        self.trials.apply(at_millis, &kind);
        self.progress.apply(at_millis, &kind);
        self.last_at_millis = self.last_at_millis.max(at_millis);
        self.closed = None;
        match kind {
            EventKind::Opened(opened) => self.opened = Some(*opened),
            EventKind::Closed(closed) => self.closed = Some(closed),
            _ => {}
        }
    }

    pub(crate) fn objectives(&self) -> &Objectives {
        &self.spec.objectives
    }
}

/// The completed trials, the best ones first: by the first objective, then by age.
pub(crate) fn ranked<'a>(objectives: &Objectives, trials: &'a Trials) -> Vec<&'a Trial> {
    let mut ranked: Vec<_> = trials
        .iter()
        .filter(|trial| trial.state == TrialState::Completed)
        .filter_map(|trial| Some((objectives.losses(trial.values.as_ref()?).first(), trial)))
        .collect();
    ranked.sort_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| x.id.cmp(&y.id)));
    ranked.into_iter().map(|(_, trial)| trial).collect()
}

/// Where the study that the command line names is, and its name if it is known.
///
/// # Errors
/// If its file cannot be read, or says where the study is to be and it has not begun.
pub(crate) fn locate(args: &StudyArgs) -> Result<(PathBuf, Option<String>), CliError> {
    let (journal, name) = whereabouts_of(args)?;
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
pub(crate) fn whereabouts_of(args: &StudyArgs) -> Result<(PathBuf, Option<String>), CliError> {
    if is_database(&args.file) {
        return Ok((args.file.clone(), args.study.clone()));
    }
    let (journal, name) = whereabouts(&args.file)?;
    Ok((journal, Some(args.study.clone().unwrap_or(name))))
}

/// A file with an extension of a study file is one; anything else is a journal.
fn is_database(path: &Path) -> bool {
    tuning_file::document::Format::of(path).is_none()
}
