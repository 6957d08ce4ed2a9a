//! [`StudyLock`]: one process at a time runs a study.
//!
//! The lock is the operating system's, on a small file beside the database, so it is free the moment
//! its process is gone, also after `kill -9`. What is written in the file is only for people.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tuning_core::JournalError;

use crate::{error, regular, schema, watch};

/// How long a lock is waited for. A process that is killed while it starts a program leaves its lock for an instant to the
/// copy of itself that was to become that program: who runs the study again at once must not be refused.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is tried in that time.
const AGAIN: Duration = Duration::from_millis(10);

/// The right to run a study, until it is dropped.
#[derive(Debug)]
pub(crate) struct StudyLock {
    path: PathBuf,
    // Open as long as the lock is held: closing it frees the lock.
    _file: File,
}

impl StudyLock {
    /// Takes the lock of a study in the database at `path`.
    ///
    /// # Errors
    /// [`JournalError::Busy`] if this process holds it, or another one does for more than a second;
    /// [`JournalError::Unavailable`] if the lock file cannot be written.
    pub(crate) fn take(database: &Path, study: &str) -> Result<Self, JournalError> {
        let path = lock_file(database, study);
        let began = Instant::now();
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let mut file = regular::open(&path, &mut options)
                .map_err(|error| error::file(&path, "create the lock file", error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let owner = owner(&mut file);
                    // This very process was not killed: there is nothing to wait for.
                    if is_this_process(&owner) || began.elapsed() >= PATIENCE {
                        return Err(busy(database, study, &owner));
                    }
                    thread::sleep(AGAIN);
                    continue;
                }
                Err(TryLockError::Error(error)) => {
                    let what = "lock (does its file system support locks?) the file";
                    return Err(error::file(&path, what, error));
                }
            }
            // The process that held it before may have removed the file after we opened it: then we have
            // locked a file that no other process will find.
            if !is_still_there(&file, &path) {
                continue;
            }
            write_owner(&mut file).map_err(|error| error::file(&path, "write", error))?;
            return Ok(Self { path, _file: file });
        }
    }
}

impl Drop for StudyLock {
    fn drop(&mut self) {
        // Removed while the lock is held, so it belongs to no other process. Where a removed file cannot be told from
        // its successor, it stays: only the lock counts.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The file on which the process that runs a study holds a lock. In it, `{"process": 1234, "since_millis": …}`; on
/// Unix it is gone when the study is not run, unless its process was killed. Only look at it: to lock it, even
/// for a moment, may refuse a process that is about to run the study.
#[must_use]
pub fn lock_path(database: impl AsRef<Path>, study: &str) -> PathBuf {
    let database = database.as_ref();
    match schema::resolve(database) {
        Ok(database) => lock_file(&database, study),
        Err(_) => lock_file(database, study),
    }
}

/// Whether another study of the database has a lock file: a process may have just begun to run it.
pub(crate) fn has_others(database: &Path, study: &str) -> bool {
    let ours = lock_file(database, study);
    let mut start = database.file_name().unwrap_or_default().to_owned();
    start.push(".");
    let folder = database.parent().and_then(|folder| folder.read_dir().ok());
    folder.into_iter().flatten().flatten().any(|file| {
        let name = file.file_name();
        let name = name.as_encoded_bytes();
        name.starts_with(start.as_encoded_bytes())
            && name.ends_with(b".lock.pid")
            && ours.file_name().map(|ours| ours.as_encoded_bytes()) != Some(name)
    })
}

fn lock_file(database: &Path, study: &str) -> PathBuf {
    sidecar(database, study, ".lock.pid")
}

/// What stands beside the database for one of its studies: `study.db`, `digits` and `.sums` give
/// `study.db.digits.sums`.
pub(crate) fn sidecar(database: &Path, study: &str, suffix: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(".");
    for c in study.chars() {
        if c.is_control() || r#"/\:*?"<>|% "#.contains(c) {
            name.push(format!("%{:02X}", u32::from(c)));
        } else {
            name.push(c.encode_utf8(&mut [0; 4]));
        }
    }
    name.push(suffix);
    database.with_file_name(name)
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata().ok().map(|ours| (ours.dev(), ours.ino()));
    ours.is_some() && ours == watch::id(path)
}

#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

fn write_owner(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    let owner = json!({ "process": process::id(), "since_millis": now().as_millis() as u64 });
    writeln!(file, "{owner}")
}

/// Who holds the lock, as far as its file can be read.
fn owner(file: &mut File) -> Value {
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) => serde_json::from_str(&text).unwrap_or(Value::Null),
        Err(_) => Value::Null,
    }
}

fn is_this_process(owner: &Value) -> bool {
    owner["process"].as_u64() == Some(u64::from(process::id()))
}

/// Says who runs the study.
fn busy(database: &Path, study: &str, owner: &Value) -> JournalError {
    let who = match owner["process"].as_u64() {
        _ if is_this_process(owner) => "this very process".to_owned(),
        Some(process) => format!("process {process}"),
        None => "another process".to_owned(),
    };
    let since = match owner["since_millis"].as_u64() {
        Some(since) => {
            let lasted = now().saturating_sub(Duration::from_millis(since));
            format!(" (for {})", rough(lasted))
        }
        None => String::new(),
    };
    let message = format!(
        "study `{study}` in `{}` is being run by {who}{since}; wait for it, stop it, or copy the file",
        database.display()
    );
    JournalError::Busy { message }
}

fn rough(lasted: Duration) -> String {
    let minutes = lasted.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{} s", lasted.as_secs()),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_study_has_a_lock_file_of_its_own() {
        let name = |study| lock_file(Path::new("/tmp/study.db"), study);
        assert_eq!(name("digits"), Path::new("/tmp/study.db.digits.lock.pid"));
        assert_eq!(
            name("a/b 50%"),
            Path::new("/tmp/study.db.a%2Fb%2050%25.lock.pid")
        );
        assert_ne!(name("a/b"), name("a%2Fb"));
    }

    #[test]
    fn a_second_owner_is_told_who_the_first_one_is() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("study.db");
        let first = StudyLock::take(&database, "digits").unwrap();
        let other = StudyLock::take(&database, "letters").unwrap();
        let error = StudyLock::take(&database, "digits").unwrap_err();
        assert!(matches!(error, JournalError::Busy { .. }));
        let text = error.to_string();
        assert!(
            text.contains("`digits`") && text.contains("this very process (for 0 s)"),
            "{text}"
        );
        drop((first, other));
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            0,
            "no litter"
        );
        StudyLock::take(&database, "digits").unwrap();
    }

    #[test]
    fn the_lock_of_a_killed_process_that_is_free_in_a_moment_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("study.db");
        let path = lock_file(&database, "digits");
        std::fs::write(&path, "{\"process\":1}").unwrap();
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        thread::scope(|scope| {
            let second = scope.spawn(|| StudyLock::take(&database, "digits"));
            // Long enough to be refused by, and far from what is waited.
            thread::sleep(5 * AGAIN);
            drop(held);
            second.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_lock_file_left_by_a_killed_process_is_taken_over() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("study.db");
        std::fs::write(lock_file(&database, "digits"), "{\"process\":1}").unwrap();
        StudyLock::take(&database, "digits").unwrap();
    }
}
