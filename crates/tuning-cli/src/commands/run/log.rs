//! Where log records go: there is one place for a whole process, whatever runs in it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tracing_subscriber::EnvFilter;
use tuning_observers::ProgressWriter;

use tuning_file::Target;

use super::observers::cannot_write;
use crate::error::CliError;

static TERMINAL: Mutex<Option<ProgressWriter>> = Mutex::new(None);
static STARTED: OnceLock<()> = OnceLock::new();

/// The progress bar of the moment, if there is one: lines are written above it.
pub(super) fn terminal() -> MutexGuard<'static, Option<ProgressWriter>> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the log, once: the studies of one command have the same one.
pub(super) fn start(target: &Target, level: &str) -> Result<(), CliError> {
    if STARTED.set(()).is_err() {
        return Ok(());
    }
    let filter = EnvFilter::new(format!("off,tuning={level}"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
    let started = match target {
        Target::Stderr => subscriber.with_writer(|| AboveTheBar).try_init(),
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

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// Stderr, above the progress bar if there is one.
struct AboveTheBar;

impl Write for AboveTheBar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Cloned: what writes may wait for the terminal.
        let terminal = terminal().clone();
        match terminal {
            Some(mut writer) => writer.write(bytes),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
