//! The promises of the journal: all or nothing, in line, equal when read back, and one owner.

use std::{
    future::Future,
    path::Path,
    pin::pin,
    task::{Context, Waker},
};

use crate::common::{block_on, created, every_kind, started};
use tuning_core::{Budget, Entry, EventKind, Journal, JournalError, Opened, Seq};
use tuning_sqlite::{SqliteJournal, SqliteReader};

fn open(path: &Path) -> SqliteJournal {
    SqliteJournal::open(path, "digits").unwrap()
}

fn all(journal: &mut SqliteJournal) -> Vec<Entry> {
    block_on(journal.read(Seq::ZERO, usize::MAX)).unwrap()
}

#[test]
fn entries_of_every_kind_read_back_equal_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let entries = every_kind();
    let mut journal = open(&path);
    let head = block_on(journal.append(Seq::ZERO, &entries)).unwrap();
    assert_eq!(head, Seq::new(entries.len() as u64));
    assert_eq!(all(&mut journal), entries);
    drop(journal);
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        2,
        "the file and the notes on its entries, no litter"
    );

    let mut journal = open(&path);
    // Debug, too: it tells -0.0 from 0.0.
    assert_eq!(format!("{:?}", all(&mut journal)), format!("{entries:?}"));
    let page = block_on(journal.read(Seq::new(2), 3)).unwrap();
    assert_eq!(page, entries[2..5]);
    assert_eq!(block_on(journal.read(head, 10)).unwrap(), []);
    assert_eq!(block_on(journal.read(head.plus(5), 10)).unwrap(), []);
}

#[test]
fn an_append_behind_another_head_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(&dir.path().join("study.db"));
    let head = block_on(journal.append(Seq::ZERO, &[created(), started(0)])).unwrap();
    for after in [0, 1, 3, u64::MAX] {
        for entries in [&[started(1)][..], &[]] {
            let error = block_on(journal.append(Seq::new(after), entries)).unwrap_err();
            assert!(matches!(error, JournalError::Conflict { head: now } if now == head));
        }
    }
    assert_eq!(block_on(journal.append(head, &[])).unwrap(), head);
    assert_eq!(all(&mut journal), [created(), started(0)]);
}

#[test]
fn one_entry_that_cannot_be_stored_keeps_all_out() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(&dir.path().join("study.db"));
    let opened = Opened::new(1, Budget::unlimited().target(f64::INFINITY), 1);
    let bad = Entry::new(0, EventKind::Opened(Box::new(opened)));
    let error = block_on(journal.append(Seq::ZERO, &[created(), bad])).unwrap_err();
    assert!(error.to_string().contains("finite"), "{error}");
    assert_eq!(all(&mut journal), []);
    block_on(journal.append(Seq::ZERO, &[created()])).unwrap();
}

#[test]
fn a_second_journal_of_the_same_study_is_refused_until_the_first_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let first = open(&path);
    let error = SqliteJournal::open(&path, "digits").unwrap_err();
    assert!(matches!(error, JournalError::Busy { .. }), "{error}");
    assert!(error.to_string().contains("study `digits`"), "{error}");
    #[cfg(unix)]
    {
        let link = dir.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let error = SqliteJournal::open(&link, "digits").unwrap_err();
        assert!(
            matches!(error, JournalError::Busy { .. }),
            "by another name: {error}"
        );
    }
    drop(first);
    open(&path);
}

#[test]
fn studies_of_one_file_run_at_once_and_do_not_mix() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let run = |name: &'static str, count: u64| {
        let path = path.clone();
        std::thread::spawn(move || {
            let mut journal = SqliteJournal::open(path, name).unwrap();
            let mut head = block_on(journal.append(Seq::ZERO, &[created()])).unwrap();
            for trial in 0..count {
                head = block_on(journal.append(head, &[started(trial)])).unwrap();
            }
        })
    };
    let threads = [run("a", 20), run("b", 30), run("c/d", 40)];
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    let reader = SqliteReader::open(&path).unwrap();
    let mut heads: Vec<_> = reader
        .studies()
        .unwrap()
        .into_iter()
        .map(|s| (s.name, s.head.get()))
        .collect();
    heads.sort();
    assert_eq!(
        heads,
        [
            ("a".to_owned(), 21),
            ("b".to_owned(), 31),
            ("c/d".to_owned(), 41)
        ]
    );
}

#[test]
fn cursors_are_kept_per_observer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut journal = open(&path);
    assert_eq!(block_on(journal.cursor("mail")).unwrap(), None);
    block_on(journal.set_cursor("mail", Seq::ZERO)).unwrap();
    assert!(
        SqliteReader::open(&path)
            .unwrap()
            .studies()
            .unwrap()
            .is_empty(),
        "it has not begun"
    );
    block_on(journal.append(Seq::ZERO, &[created(), started(0)])).unwrap();
    block_on(journal.set_cursor("mail", Seq::new(2))).unwrap();
    block_on(journal.set_cursor("it's", Seq::new(1))).unwrap();
    drop(journal);
    let mut journal = open(&path);
    assert_eq!(block_on(journal.cursor("mail")).unwrap(), Some(Seq::new(2)));
    assert_eq!(block_on(journal.cursor("it's")).unwrap(), Some(Seq::new(1)));
    assert_eq!(block_on(journal.cursor("other")).unwrap(), None);
    let study = SqliteReader::open(&path).unwrap().study(None).unwrap();
    assert_eq!(study.created_at_millis, crate::common::START);
}

#[test]
fn a_dropped_append_breaks_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(&dir.path().join("study.db"));
    {
        let entries = [created(), started(0)];
        let mut append = pin!(journal.append(Seq::ZERO, &entries));
        // Polled once: the work is on its way. Then dropped.
        let _ = append
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
    }
    assert_eq!(all(&mut journal), [created(), started(0)], "it came first");
    {
        let entries = [started(1)];
        drop(journal.append(Seq::new(2), &entries)); // never polled
    }
    assert_eq!(all(&mut journal).len(), 2);
    block_on(journal.append(Seq::new(2), &[started(1)])).unwrap();
}

#[test]
fn files_that_cannot_be_used_are_refused_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let check = |path: &Path, expect: &str| {
        let error = SqliteJournal::open(path, "digits").unwrap_err();
        assert!(matches!(error, JournalError::Unavailable { .. }));
        assert!(error.to_string().contains(expect), "{error}");
    };
    check(&file("no/such/study.db"), "create it first");
    check(dir.path(), "is a folder");
    check(Path::new("/"), "folder");

    std::fs::write(
        file("notes.txt"),
        "a text of some length, surely no database".repeat(50),
    )
    .unwrap();
    check(
        &file("notes.txt"),
        "is not an SQLite database: name another file",
    );

    let other = rusqlite::Connection::open(file("other.db")).unwrap();
    other
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        .unwrap();
    check(&file("other.db"), "another program");
    let mode: String = other
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "delete", "it was left as it was");

    drop(open(&file("newer.db")));
    let newer = rusqlite::Connection::open(file("newer.db")).unwrap();
    newer.pragma_update(None, "user_version", 3).unwrap();
    check(&file("newer.db"), "version 3");
    let error = SqliteReader::open(file("newer.db"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("use a newer version"), "{error}");

    let error = SqliteJournal::open(file("x.db"), "")
        .unwrap_err()
        .to_string();
    assert!(error.contains("empty"), "{error}");
    // An empty file is a new one.
    std::fs::write(file("empty.db"), "").unwrap();
    open(&file("empty.db"));
}

#[test]
fn damage_is_told_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut journal = open(&path);
    block_on(journal.append(Seq::ZERO, &every_kind())).unwrap();
    let hand = rusqlite::Connection::open(&path).unwrap();
    let mut check = |sql: &str, expect: &str| {
        hand.execute_batch(sql).unwrap();
        let error = block_on(journal.read(Seq::ZERO, usize::MAX)).unwrap_err();
        assert!(matches!(error, JournalError::Corrupt { .. }));
        assert!(error.to_string().contains(expect), "{error}");
    };
    check(
        "UPDATE events SET kind = 'teleported' WHERE seq = 9",
        "entry 9",
    );
    check("UPDATE events SET body = '{' WHERE seq = 5", "entry 5");
    check("DELETE FROM events WHERE seq = 3", "entry 3");
    hand.execute_batch("UPDATE studies SET format = 3").unwrap();
    drop(journal);
    let error = SqliteJournal::open(&path, "digits")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("format 3") && error.contains("newer"),
        "{error}"
    );
}

#[test]
fn a_removed_study_is_gone_and_the_file_goes_with_the_last_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    for study in ["digits", "letters", "shapes"] {
        let mut journal = SqliteJournal::open(&path, study).unwrap();
        block_on(journal.append(Seq::ZERO, &[created(), started(0)])).unwrap();
        block_on(journal.set_cursor("mail", Seq::new(1))).unwrap();
    }
    let digits = open(&path);
    let error = SqliteJournal::remove(&path, "digits").unwrap_err();
    assert!(matches!(error, JournalError::Busy { .. }), "{error}");
    drop(digits);
    assert!(!SqliteJournal::remove(&path, "digits").unwrap());
    let names: Vec<String> = SqliteReader::open(&path)
        .unwrap()
        .studies()
        .unwrap()
        .into_iter()
        .map(|info| info.name)
        .collect();
    assert_eq!(names, ["letters", "shapes"]);
    let error = SqliteJournal::remove(&path, "digits").unwrap_err();
    assert!(
        error.to_string().contains("holds no study `digits`"),
        "{error}"
    );
    // One of the same name begins anew, and knows nothing of the old one.
    let mut digits = open(&path);
    assert_eq!(all(&mut digits), []);
    assert_eq!(block_on(digits.cursor("mail")).unwrap(), None);

    assert!(!SqliteJournal::remove(&path, "letters").unwrap());
    // A process runs a study that has no entry yet: the file stays.
    assert!(!SqliteJournal::remove(&path, "shapes").unwrap());
    block_on(digits.append(Seq::ZERO, &[created()])).unwrap();
    drop(digits);
    assert!(SqliteJournal::remove(&path, "digits").unwrap());
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        0,
        "no litter"
    );
    assert!(SqliteJournal::remove(&path, "digits").is_err());
    assert!(!path.exists(), "asking creates nothing");
}

#[test]
fn the_lock_file_is_where_it_is_said_to_be() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let lock = tuning_sqlite::lock_path(&path, "two words");
    assert!(!lock.exists());
    let journal = SqliteJournal::open(&path, "two words").unwrap();
    let text = std::fs::read_to_string(&lock).unwrap();
    assert!(text.contains(&std::process::id().to_string()), "{text}");
    drop(journal);
    assert!(!lock.exists() || cfg!(not(unix)));
}
