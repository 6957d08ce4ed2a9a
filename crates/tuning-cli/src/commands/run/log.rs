//! Where log records go: there is one place for a whole process, whatever runs in it.

use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tracing_subscriber::EnvFilter;
use tuning_command::open_regular;
use tuning_observers::ProgressWriter;

static TERMINAL: Mutex<Option<ProgressWriter>> = Mutex::new(None);
static STARTED: OnceLock<()> = OnceLock::new();

/// The progress bar of the moment, if there is one: lines are written above it.
pub(super) fn terminal() -> MutexGuard<'static, Option<ProgressWriter>> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the log, once: the studies of one command have the same one. Without a file it goes to standard error.
pub(super) fn start(file: Option<&Path>, level: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    if STARTED.set(()).is_err() {
        return Ok(());
    }
    let filter = EnvFilter::new(format!("off,tuning={level}"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
    match file {
        None => subscriber.with_writer(|| AboveTheBar).try_init(),
        Some(path) => {
            let file = append(path)
                .map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
            subscriber
                .with_ansi(false)
                .with_writer(Arc::new(file))
                .try_init()
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    open_regular(path, options.append(true).create(true), |_| {
        let message = "it is no regular file: name another one, or `stderr`";
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
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
