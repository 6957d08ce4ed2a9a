//! Who watches a run: the progress bar, what the study file asks for, and the command itself.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use tokio::task::JoinSet;
use tuning_file::{ObserverSpec, StudyFile, Watched};
use tuning_observers::{ProgressBar, ProgressWriter, stderr_width, wrapped};
use tuning_runtime::{Delivery, Study, Subscription};

use super::{kinds, log};
use crate::{error::CliError, output::shown};

/// The observers of a run, for as long as it is kept.
#[derive(Debug, Default)]
pub(in crate::commands) struct Observers {
    watched: Vec<Watched>,
    bar: Option<Subscription>,
    terminal: Option<ProgressWriter>,
}

impl Observers {
    /// Lets everybody watch who should.
    pub(in crate::commands) fn subscribe(
        study: &Study,
        file: &StudyFile,
        progress: bool,
    ) -> Result<Self, CliError> {
        let mut this = Self::default();
        let mut said = file.observers.iter().filter_map(kinds::progress);
        if progress && said.all(|progress| progress.shown) {
            let bar = ProgressBar::new().objectives(file.objectives().clone());
            this.terminal = Some(bar.writer());
            this.bar = Some(study.handle().subscribe(bar, Delivery::lossy()));
        }
        log::terminal().clone_from(&this.terminal);
        for spec in &file.observers {
            this.watch(study, spec)?;
        }
        Ok(this)
    }

    /// Lets those watch who are promised every event, also of a study that has ended.
    pub(super) fn durable(study: &Study, file: &StudyFile) -> Result<Self, CliError> {
        let mut this = Self::default();
        for spec in file.observers.iter().filter(|spec| spec.is_durable()) {
            this.watch(study, spec)?;
        }
        Ok(this)
    }

    /// Whether there is a progress bar, or lines in its place.
    pub(super) fn show_progress(&self) -> bool {
        self.bar.is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }

    fn watch(&mut self, study: &Study, spec: &ObserverSpec) -> Result<(), CliError> {
        if kinds::progress(spec).is_some() {
            // It is there already.
            return Ok(());
        }
        let watched = spec.watch(study)?;
        if let Some(notice) = &watched.notice {
            self.say(notice);
        }
        self.watched.push(watched);
        Ok(())
    }

    /// Writes a line to stderr, above the progress bar if there is one.
    pub(super) fn say(&self, line: &str) {
        let line = shown(line);
        let line = match stderr_width() {
            Some(width) => format!("{}\n", wrapped(&line, width)),
            None => format!("{line}\n"),
        };
        // It may be closed: that is no reason to stop.
        let _ = match self.terminal.clone() {
            Some(mut writer) => writer.write_all(line.as_bytes()),
            None => io::stderr().write_all(line.as_bytes()),
        };
    }

    /// How long the end of a run is to wait for a last scrape; none if it is not.
    pub(super) fn patience(&self) -> Option<Duration> {
        let lingers = self.watched.iter().filter_map(|one| one.linger.as_ref());
        lingers.map(tuning_file::Linger::patience).max()
    }

    /// Waits until the endpoints that are to linger have been scraped once more, or long enough.
    pub(super) async fn linger(&self) {
        let lingering = self.watched.iter().filter_map(|one| one.linger.clone());
        let lingering = lingering.map(tuning_file::Linger::wait);
        lingering.collect::<JoinSet<_>>().join_all().await;
    }
}
