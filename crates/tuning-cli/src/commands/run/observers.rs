//! Who watches a run: the progress bar, what the study file asks for, and the command itself.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use tracing_subscriber::EnvFilter;
use tuning_observers::{JsonLines, Log, ProgressBar, ProgressWriter};
use tuning_runtime::{Delivery, Study, StudyHandle, Subscription};

use crate::{
    error::CliError,
    study_file::{ObserverSpec, StudyFile, Target},
};

/// The observers of a run, for as long as it is kept.
#[derive(Debug)]
pub(in crate::commands) struct Observers {
    subscriptions: Vec<Subscription>,
    terminal: Option<ProgressWriter>,
}

impl Observers {
    /// Lets everybody watch who should.
    pub(in crate::commands) fn subscribe(
        study: &Study,
        file: &StudyFile,
        progress: bool,
    ) -> Result<Self, CliError> {
        let handle = study.handle();
        let mut this = Self {
            subscriptions: Vec::new(),
            terminal: None,
        };
        if progress {
            let bar = ProgressBar::new().objectives(file.objectives.clone());
            this.terminal = Some(bar.writer());
            this.subscriptions
                .push(handle.subscribe(bar, Delivery::lossy()));
        }
        for spec in &file.observers {
            this.subscribe_spec(&handle, spec)?;
        }
        Ok(this)
    }

    /// Lets those watch who are promised every event, also of a study that has ended.
    pub(super) fn durable(study: &Study, file: &StudyFile) -> Result<Self, CliError> {
        let handle = study.handle();
        let mut this = Self {
            subscriptions: Vec::new(),
            terminal: None,
        };
        for spec in file.observers.iter().filter(|spec| spec.is_durable()) {
            this.subscribe_spec(&handle, spec)?;
        }
        Ok(this)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.subscriptions.is_empty()
    }

    fn subscribe_spec(
        &mut self,
        handle: &StudyHandle,
        spec: &ObserverSpec,
    ) -> Result<(), CliError> {
        let subscription = match spec {
            ObserverSpec::JsonLines { path } => {
                let lines = JsonLines::append(path).map_err(|source| cannot_write(path, source))?;
                handle.subscribe(lines, Delivery::durable())
            }
            ObserverSpec::Log { target, level } => {
                self.start_log(target, level)?;
                handle.subscribe(Log::new(), Delivery::lossless())
            }
        };
        self.subscriptions.push(subscription);
        Ok(())
    }

    fn start_log(&self, target: &Target, level: &str) -> Result<(), CliError> {
        let filter = EnvFilter::new(format!("off,tuning={level}"));
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
        let started = match target {
            Target::Stderr => match self.terminal.clone() {
                Some(writer) => subscriber.with_writer(move || writer.clone()).try_init(),
                None => subscriber.with_writer(io::stderr).try_init(),
            },
            Target::File(path) => {
                let file = append(path).map_err(|source| cannot_write(path, source))?;
                subscriber
                    .with_ansi(false)
                    .with_writer(Arc::new(file))
                    .try_init()
            }
        };
        started.map_err(|error| CliError::Usage(format!("cannot log: {error}")))
    }

    /// Writes a line to stderr, above the progress bar if there is one.
    pub(super) fn say(&self, line: &str) {
        let line = format!("{line}\n");
        // Nobody may read it: that is no reason to stop.
        let _ = match self.terminal.clone() {
            Some(mut writer) => writer.write_all(line.as_bytes()),
            None => io::stderr().write_all(line.as_bytes()),
        };
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

fn cannot_write(path: &Path, source: io::Error) -> CliError {
    CliError::Write {
        what: "write",
        path: path.to_owned(),
        source,
    }
}
