//! A file of every released version loads forever. `BLESS=1 cargo test -p tuning-sqlite --test suite golden`
//! writes the file of this version, which is right only before that version is released.

use std::{
    path::{Path, PathBuf},
    sync::Once,
};

use crate::common::{block_on, every_kind, started};
use tuning_core::{Journal, ObserverStatus, Seq};
use tuning_sqlite::{SqliteJournal, SqliteReader};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// The raw rows, as any program finds them.
fn dump(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut select = connection
        .prepare("SELECT format('%d %d %d %s %s %s', seq, at_millis, known, kind, coalesce(trial, '-'), body) FROM events")
        .unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap() + "\n").collect()
}

fn bless_if_asked() {
    static ONCE: Once = Once::new();
    if std::env::var_os("BLESS").is_none() {
        return;
    }
    ONCE.call_once(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new.db");
        let mut journal = SqliteJournal::open(&path, "digits").unwrap();
        block_on(journal.append(Seq::ZERO, &every_kind())).unwrap();
        block_on(journal.set_cursor("mail", Seq::new(5))).unwrap();
        drop(journal);
        std::fs::write(golden("v2.events.txt"), dump(&path)).unwrap();
        std::fs::copy(path, golden("v2.db")).unwrap();
    });
}

#[test]
fn a_file_of_version_2_loads() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v2.db");
    let entries = every_kind();
    bless_if_asked();
    std::fs::copy(golden("v2.db"), &path).unwrap();

    let reader = SqliteReader::open(&path).unwrap();
    let study = reader.study(None).unwrap();
    assert_eq!(
        (study.name.as_str(), study.head.get()),
        ("digits", entries.len() as u64)
    );
    assert_eq!(
        reader.read("digits", Seq::ZERO, usize::MAX).unwrap(),
        entries
    );

    assert_eq!(reader.observer_statuses("digits").unwrap(), []);

    // It can be resumed, too.
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    assert_eq!(block_on(journal.cursor("mail")).unwrap(), Some(Seq::new(5)));
    let head = block_on(journal.append(study.head, &[started(11)])).unwrap();
    assert_eq!(
        block_on(journal.read(study.head, 9)).unwrap(),
        [started(11)]
    );
    assert_eq!(reader.study(None).unwrap().head, head);
    let mail = ObserverStatus::new("mail", "durable");
    block_on(journal.set_observer_status(&mail)).unwrap();
    assert_eq!(reader.observer_statuses("digits").unwrap(), [mail]);
}

#[test]
fn this_version_writes_what_version_2_wrote() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &every_kind())).unwrap();
    bless_if_asked();
    let expect = std::fs::read_to_string(golden("v2.events.txt")).unwrap();
    assert_eq!(
        dump(&path),
        expect,
        "the format has changed: is it a new version?"
    );
}
