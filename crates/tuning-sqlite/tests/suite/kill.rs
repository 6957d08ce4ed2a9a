//! `kill -9` at any moment: what was acknowledged is there, what is there is a prefix, and the lock is free.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::common::{block_on, created, started};
use tuning_core::{Entry, Journal, JournalError, Seed, Seq};
use tuning_sqlite::{SqliteJournal, SqliteReader};

const CHILD: &str = "TUNING_SQLITE_TEST_CHILD";

/// The entry at this place, the same in every process.
fn entry(seq: u64) -> Entry {
    if seq == 1 { created() } else { started(seq) }
}

/// No test when it is run by itself: the other tests start it as a process to be killed. It appends
/// batches of 1 to 40 entries forever, and says each head when it is acknowledged.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let mut journal = SqliteJournal::open(path, "digits").unwrap();
    let mut head = Seq::new(block_on(journal.read(Seq::ZERO, usize::MAX)).unwrap().len() as u64);
    loop {
        let count = 1 + head.get() * 7 % 40;
        let entries: Vec<_> = (1..=count).map(|n| entry(head.get() + n)).collect();
        head = block_on(journal.append(head, &entries)).unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nhead {head}")
            .and_then(|()| out.flush())
            .unwrap();
    }
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The acknowledged heads, as they come.
fn heads(child: &mut Child) -> impl Iterator<Item = u64> + use<> {
    BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("head ")?.parse().ok())
}

#[test]
fn a_killed_process_leaves_all_that_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut last = 0;
    for round in 0..10 {
        let seed = Seed::new(1).derive(round);
        let mut child = spawn(&path);
        let mut heads = heads(&mut child);
        let until = 1 + (seed.unit() * 20.0) as usize;
        let mut acknowledged = heads.by_ref().nth(until).unwrap();
        // Somewhere within the next appends.
        for _ in 0..(seed.derive(1).unit() * 1e6) as u64 {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = heads.last().unwrap_or(acknowledged);

        // A reader first: it meets the log as it was left.
        let reader = SqliteReader::open(&path).unwrap();
        let read = reader.read("digits", Seq::ZERO, usize::MAX).unwrap();
        let mut journal = SqliteJournal::open(&path, "digits").unwrap();
        let entries = block_on(journal.read(Seq::ZERO, usize::MAX)).unwrap();
        assert_eq!(read, entries);
        let head = entries.len() as u64;
        assert!(
            acknowledged > last && head >= acknowledged,
            "round {round}: {head} < {acknowledged}"
        );
        let expect: Vec<_> = (1..=head).map(entry).collect();
        assert!(entries == expect, "round {round}: not a prefix");
        last = head;
    }
}

#[test]
fn a_second_process_is_told_who_runs_the_study() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut child = spawn(&path);
    // Kept until it is killed: if it cannot write its heads, it dies.
    let mut heads = heads(&mut child);
    heads.next().unwrap();
    let error = SqliteJournal::open(&path, "digits").unwrap_err();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(error, JournalError::Busy { .. }));
    let who = format!("is being run by process {} (for ", child.id());
    assert!(error.to_string().contains(&who), "{error}");
    SqliteJournal::open(&path, "digits").unwrap();
}
