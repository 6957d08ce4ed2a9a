//! Rows of a journal: whatever stands in the database, reading and resuming end with entries or an error, and what was
//! read is what would be written again.
//!
//! An input is rows, one a line: time, `known`, kind, trial and content with tabs between them. `~` is NULL, digits are an
//! integer, what begins with `#` is a blob.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, params_from_iter, types::Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tuning_core::{Entry, Journal as _, JournalError, JournalReader as _, Seq, StudyView};
use tuning_sqlite::{SqliteJournal, SqliteStudyReader};

const STUDY: &str = "fuzzed";
/// The largest text of an error.
const LONGEST: usize = 4096;

thread_local! {
    static DATABASE: RefCell<Database> = RefCell::new(Database::new());
}

/// Checks one journal.
pub fn check(bytes: &[u8]) {
    DATABASE.with_borrow_mut(|database| database.check(bytes));
}

struct Database {
    folder: TempDir,
    /// An empty journal.
    template: Vec<u8>,
    runtime: Runtime,
}

impl Database {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        }
        .expect("a folder");
        let path = folder.path().join("template.db");
        drop(SqliteJournal::open(&path, STUDY).expect("a new journal"));
        let connection = Connection::open(&path).expect("a database");
        // One file, and no other beside it.
        connection
            .pragma_update(None, "journal_mode", "DELETE")
            .expect("another mode");
        connection
            .execute(
                "INSERT OR IGNORE INTO studies VALUES (1, ?1, 0, 2)",
                [STUDY],
            )
            .expect("a study");
        // A damaged file keeps to no rule.
        connection
            .pragma_update(None, "writable_schema", true)
            .expect("a setting");
        connection
            .execute("UPDATE sqlite_master SET sql = replace(replace(sql, 'NOT NULL', ''), 'TEXT', '') WHERE name = 'events'", [])
            .expect("fewer rules");
        drop(connection);
        let template = fs::read(&path).expect("a file");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        Self {
            folder,
            template,
            runtime,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn check(&mut self, bytes: &[u8]) {
        let path = self.path("study.db");
        fs::write(&path, &self.template).expect("a file can be written");
        let connection = Connection::open(&path).expect("a database");
        for (seq, line) in bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .enumerate()
        {
            let row = [Value::Integer(1), Value::Integer(seq as i64 + 1)]
                .into_iter()
                .chain(row(line));
            connection
                .execute(
                    "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
                    params_from_iter(row),
                )
                .expect("a row");
        }
        drop(connection);
        let read = self.runtime.block_on(read(&path));
        match read {
            Ok(entries) => self
                .runtime
                .block_on(resume(&path, &self.path("again.db"), &entries)),
            Err(error) => told(&error),
        }
        for name in ["study.db", "again.db"] {
            for file in [
                name.to_owned(),
                format!("{name}.{STUDY}.sums"),
                format!("{name}-wal"),
                format!("{name}-shm"),
            ] {
                let _ = fs::remove_file(self.path(&file));
            }
        }
    }
}

/// The last five columns of a row.
fn row(line: &[u8]) -> impl Iterator<Item = Value> {
    let mut fields = line
        .splitn(5, |byte| *byte == b'\t')
        .map(field)
        .collect::<Vec<_>>();
    fields.resize(5, Value::Null);
    fields.into_iter()
}

fn field(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    match (&*text, text.parse::<i64>()) {
        ("~", _) => Value::Null,
        (_, Ok(number)) => Value::Integer(number),
        _ if bytes[..].starts_with(b"#") => Value::Blob(bytes[1..].to_vec()),
        _ => Value::Text(text.into_owned()),
    }
}

async fn read(path: &Path) -> Result<Vec<Entry>, JournalError> {
    let mut reader = SqliteStudyReader::open(path, Some(STUDY))?;
    let entries = reader.read(Seq::ZERO, usize::MAX).await?;
    match StudyView::read(&mut reader).await {
        Ok(view) => assert_eq!(view.head().get(), entries.len() as u64),
        Err(error) => told(&error),
    }
    Ok(entries)
}

/// A writer reads the same, and writes the same again.
async fn resume(path: &Path, again: &Path, entries: &[Entry]) {
    let mut journal = match SqliteJournal::open(path, STUDY) {
        Ok(journal) => journal,
        Err(error) => return told(&error),
    };
    let read = journal.read(Seq::ZERO, usize::MAX).await;
    assert_eq!(read.expect("a reader could read it"), entries);
    let mut copy = SqliteJournal::open(again, STUDY).expect("a new journal");
    match copy.append(Seq::ZERO, entries).await {
        Ok(_) => {
            let read = copy.read(Seq::ZERO, usize::MAX).await;
            assert_eq!(read.expect("it was written a moment ago"), entries);
        }
        Err(error) => panic!("read, and not to be written: {error}\n{entries:?}"),
    }
}

fn told(error: &JournalError) {
    let text = error.to_string();
    assert!(text.len() <= LONGEST, "{} bytes: {text}", text.len());
}
