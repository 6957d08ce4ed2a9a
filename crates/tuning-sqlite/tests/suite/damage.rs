//! Damage of any kind is told, a crash is never taken for damage, and what is intact can be saved.

#![cfg(unix)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::{block_on, created, started};
use tuning_core::{
    Entry, EventKind, Journal, JournalError, JournalReader as _, Missing, Seq, TrialId,
};
use tuning_sqlite::{Salvaged, SqliteJournal, SqliteReader, SqliteStudyReader};

const ENTRIES: u64 = 36;

/// The entry at this place.
fn entry(seq: u64) -> Entry {
    if seq == 1 { created() } else { started(seq) }
}

fn log(until: u64) -> Vec<Entry> {
    (1..=until).map(entry).collect()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn copy(from: &Path, to: &Path) {
    for suffix in ["", "-wal", ".digits.sums"] {
        let _ = fs::remove_file(beside(to, suffix));
        if beside(from, suffix).exists() {
            fs::copy(beside(from, suffix), beside(to, suffix)).unwrap();
        }
    }
    let _ = fs::remove_file(beside(to, "-shm"));
}

/// What a process leaves that was killed after this many entries, one commit each: nothing has left the `-wal` yet.
fn killed(folder: &Path, entries: u64) -> PathBuf {
    let path = folder.join("running.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    for seq in 0..entries {
        block_on(journal.append(Seq::new(seq), &[entry(seq + 1)])).unwrap();
    }
    let left = folder.join("left.db");
    copy(&path, &left);
    drop(journal);
    left
}

/// What a journal has, if it opens and can be read.
fn resumed(path: &Path) -> Result<Vec<Entry>, JournalError> {
    let mut journal = SqliteJournal::open(path, "digits")?;
    block_on(journal.read(Seq::ZERO, usize::MAX))
}

fn salvaged(path: &Path) -> (Vec<Entry>, Option<JournalError>) {
    let Salvaged {
        mut reader, damage, ..
    } = SqliteStudyReader::salvage(path, None).unwrap();
    let entries = block_on(reader.read(Seq::ZERO, usize::MAX)).unwrap();
    assert_eq!(block_on(reader.head()).unwrap().get(), entries.len() as u64);
    (entries, damage)
}

/// What is there of entries of which the others are missing.
fn intact(entries: &[Entry]) -> Vec<u64> {
    let mut there = Vec::new();
    for (seq, found) in (1..).zip(entries) {
        match &found.kind {
            EventKind::Missing(missing) => {
                let trial = missing.trial.map(TrialId::get);
                assert!(trial.is_none_or(|trial| trial == seq), "{seq}: {trial:?}");
            }
            _ => {
                assert_eq!(*found, entry(seq));
                there.push(seq);
            }
        }
    }
    there
}

/// Damages a copy of the `-wal` at many places, and looks what becomes of it.
fn damaged(damage: impl Fn(&mut Vec<u8>, usize)) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let left = killed(folder.path(), ENTRIES);
    let wal = fs::read(beside(&left, "-wal")).unwrap();
    let (mut told, mut saved) = (0, 0);
    for step in 0..12 {
        let path = folder.path().join("damaged.db");
        copy(&left, &path);
        let mut bytes = wal.clone();
        damage(&mut bytes, wal.len() * step / 12 + 17 * step);
        fs::write(beside(&path, "-wal"), &bytes).unwrap();
        // A reader first: it must leave all that may still be saved.
        let read = SqliteStudyReader::open(&path, None);
        match resumed(&path) {
            Ok(entries) => assert_eq!(entries, log(ENTRIES), "step {step}: resumed silently"),
            Err(JournalError::Lost { .. } | JournalError::Corrupt { .. }) => {
                assert!(read.is_err(), "step {step}: read silently");
                // If not even the first entry is left, there is nothing to be saved.
                let entries = match SqliteStudyReader::salvage(&path, None) {
                    Ok(_) => salvaged(&path).0,
                    Err(_) => Vec::new(),
                };
                told += 1;
                saved += u64::from(intact(&entries).len() as u64 == ENTRIES);
            }
            Err(other) => panic!("step {step}: {other}"),
        }
    }
    (told, saved)
}

#[test]
fn damage_in_the_wal_is_told_and_what_is_intact_behind_it_is_saved() {
    let (told, saved) = damaged(|bytes, at| bytes[at] ^= 0x40);
    assert!(told >= 10, "{told} of 12");
    // Pages are written again and again: all but damage in the last version of one is mended.
    assert!(saved >= 6, "{saved} of {told}");
}

#[test]
fn a_wal_that_was_cut_is_told() {
    let (told, _) = damaged(|bytes, at| bytes.truncate(at));
    assert!(told >= 10, "{told} of 12");
}

#[test]
fn a_wal_that_was_lost_is_told_with_what_is_missing_and_continues_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &log(21))).unwrap();
    drop(journal);
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::new(21), &log(36)[21..])).unwrap();
    let left = folder.path().join("left.db");
    copy(&path, &left);
    fs::remove_file(beside(&left, "-wal")).unwrap();
    let error = resumed(&left).unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, JournalError::Lost { after, head, .. } if (after.get(), head.get()) == (21, 36)),
        "{text}"
    );
    assert!(
        text.contains("entries 22 to 36") && text.contains("trials 22 to 36"),
        "{text}"
    );
    let error = SqliteReader::open(&left).unwrap().study(None).unwrap_err();
    assert!(matches!(error, JournalError::Lost { .. }), "{error}");
    // It is refused until it is told to continue.
    resumed(&left).unwrap_err();
    SqliteJournal::accept_loss(&left, "digits").unwrap();
    assert_eq!(resumed(&left).unwrap(), log(21));
    SqliteStudyReader::open(&left, None).unwrap();
}

#[test]
fn a_crash_at_any_moment_is_not_taken_for_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("running.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    let copied = folder.path().join("left.db");
    for seq in 0..12 {
        // Between the commit and its note there is a moment in which the notes are those of the commit before.
        let before = fs::read(beside(&path, ".digits.sums")).unwrap_or_default();
        block_on(journal.append(Seq::new(seq), &[entry(seq + 1)])).unwrap();
        let after = fs::read(beside(&path, ".digits.sums")).unwrap();
        for torn in [0, 1, 5, after.len() - before.len()] {
            copy(&path, &copied);
            fs::write(
                beside(&copied, ".digits.sums"),
                &after[..before.len() + torn],
            )
            .unwrap();
            SqliteStudyReader::open(&copied, None).unwrap();
            assert_eq!(resumed(&copied).unwrap(), log(seq + 1));
            // And the notes are whole again.
            assert_eq!(fs::read(beside(&copied, ".digits.sums")).unwrap(), after);
        }
    }
}

#[test]
fn an_entry_that_was_changed_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &log(9))).unwrap();
    drop(journal);
    let hand = rusqlite::Connection::open(&path).unwrap();
    let change = "UPDATE events SET body = replace(body, '0.01', '0.02') WHERE seq = 5";
    assert_eq!(hand.execute(change, []).unwrap(), 1);
    drop(hand);
    let error = resumed(&path).unwrap_err();
    assert!(
        matches!(error, JournalError::Corrupt { seq, .. } if seq == Seq::new(5)),
        "{error}"
    );
    let (entries, damage) = salvaged(&path);
    assert_eq!(intact(&entries), [1, 2, 3, 4, 6, 7, 8, 9]);
    let missing = EventKind::Missing(Missing::new(Some(TrialId::new(5))));
    assert_eq!(entries[4], Entry::new(entries[3].at_millis, missing));
    assert!(damage.unwrap().to_string().contains("entry 5"));
    SqliteJournal::accept_loss(&path, "digits").unwrap();
    assert_eq!(resumed(&path).unwrap().len(), 9);
}

#[test]
fn what_is_intact_behind_entries_that_were_removed_is_saved_with_or_without_notes() {
    for with_notes in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.db");
        let mut journal = SqliteJournal::open(&path, "digits").unwrap();
        block_on(journal.append(Seq::ZERO, &log(9))).unwrap();
        block_on(journal.set_cursor("mail", Seq::new(7))).unwrap();
        drop(journal);
        let hand = rusqlite::Connection::open(&path).unwrap();
        let remove = "DELETE FROM events WHERE seq IN (4, 5, 7)";
        assert_eq!(hand.execute(remove, []).unwrap(), 3);
        drop(hand);
        if !with_notes {
            fs::remove_file(beside(&path, ".digits.sums")).unwrap();
        }
        let (entries, damage) = salvaged(&path);
        assert_eq!(intact(&entries), [1, 2, 3, 6, 8, 9]);
        let missing = |place: usize| entries[place - 1].kind.trial().map(TrialId::get);
        let trial = |seq| with_notes.then_some(seq);
        assert_eq!([missing(4), missing(7)], [trial(4), trial(7)]);
        assert!(damage.unwrap().to_string().contains("entry 4"));
        let salvaged = SqliteStudyReader::salvage(&path, None).unwrap();
        let cursors = [("mail".to_owned(), Seq::new(7))];
        assert_eq!(salvaged.cursors.as_deref(), Some(&cursors[..]));
    }
}

#[test]
fn a_damaged_page_of_the_database_hides_no_other() {
    const PAGE: usize = 4096;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &log(400))).unwrap();
    drop(journal);
    let whole = fs::read(&path).unwrap();
    let notes = fs::read(beside(&path, ".digits.sums")).unwrap();
    let (mut told, mut saved) = (0, 0);
    for page in 1..whole.len() / PAGE {
        for fill in [0, 0xff, 0x0a] {
            let mut bytes = whole.clone();
            bytes[page * PAGE..(page + 1) * PAGE].fill(fill);
            let path = folder.path().join("damaged.db");
            for suffix in ["-wal", "-shm"] {
                let _ = fs::remove_file(beside(&path, suffix));
            }
            fs::write(&path, bytes).unwrap();
            fs::write(beside(&path, ".digits.sums"), &notes).unwrap();
            // Pages of the index are not needed to read a study.
            let Err(_) = resumed(&path) else { continue };
            told += 1;
            // Where the pages are that say what the others are, nothing can be found.
            if SqliteStudyReader::salvage(&path, None).is_ok() {
                let entries = salvaged(&path).0;
                assert_eq!(entries.len(), 400, "page {page}");
                let there = intact(&entries).len();
                assert!((300..400).contains(&there), "page {page}: {there}");
                saved += 1;
            }
        }
    }
    assert!(told > 30 && saved * 2 > told, "{saved} of {told}");
}

#[test]
fn an_older_copy_in_the_place_of_the_journal_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &log(4))).unwrap();
    drop(journal);
    let older = fs::read(&path).unwrap();
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::new(4), &log(9)[4..])).unwrap();
    drop(journal);
    fs::write(&path, older).unwrap();
    let error = resumed(&path).unwrap_err().to_string();
    assert!(error.contains("entries 5 to 9"), "{error}");
    // One that is damaged can be removed all the same.
    assert!(SqliteJournal::remove(&path, "digits").unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_journal_that_was_removed_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &log(4))).unwrap();
    drop(journal);
    fs::remove_file(&path).unwrap();
    assert_eq!(resumed(&path).unwrap(), []);
}

#[test]
fn a_whole_study_has_nothing_to_be_saved_from() {
    let folder = tempfile::tempdir().unwrap();
    let left = killed(folder.path(), ENTRIES);
    let (entries, damage) = salvaged(&left);
    assert_eq!(entries, log(ENTRIES));
    assert!(damage.is_none(), "{damage:?}");
    assert!(beside(&left, "-wal").exists(), "it was left as it is");
}

/// Does something to a journal that is open, and returns what the next append says.
fn meddled(meddle: impl Fn(&Path)) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &log(4))).unwrap();
    meddle(&path);
    let error = block_on(journal.append(Seq::new(4), &log(9)[4..])).unwrap_err();
    (folder, error.to_string())
}

#[test]
fn a_journal_that_is_removed_moved_or_replaced_while_it_runs_is_noticed_and_saved() {
    type Meddle<'a> = &'a dyn Fn(&Path);
    let cases: [(&str, Meddle<'_>); 6] = [
        ("was removed or moved", &|path| {
            fs::remove_file(path).unwrap()
        }),
        ("was removed or moved", &|path| {
            fs::rename(path, path.with_extension("old")).unwrap();
        }),
        ("was replaced by another file", &|path| {
            fs::remove_file(path).unwrap();
            fs::write(path, "").unwrap();
        }),
        ("study.db-wal` was removed", &|path| {
            fs::remove_file(beside(path, "-wal")).unwrap();
        }),
        ("study.db-shm` was removed", &|path| {
            fs::remove_file(beside(path, "-shm")).unwrap();
        }),
        ("was removed or moved", &|path| {
            for suffix in ["", "-wal", "-shm", ".digits.sums"] {
                fs::remove_file(beside(path, suffix)).unwrap();
            }
        }),
    ];
    for (expect, meddle) in cases {
        let (folder, error) = meddled(meddle);
        assert!(
            error.contains(expect) && error.contains("all 9 entries are saved"),
            "{error}"
        );
        let (path, rescued) = (
            folder.path().join("study.db"),
            folder.path().join("study.rescued.db"),
        );
        assert_eq!(salvaged(&rescued).0, log(9));
        // What the message says to do.
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(beside(&path, suffix));
        }
        fs::rename(&rescued, &path).unwrap();
        assert_eq!(resumed(&path).unwrap(), log(9));
    }
}

#[test]
fn a_hard_link_is_refused_and_the_journal_keeps_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (
        folder.path().join("study.db"),
        folder.path().join("link.db"),
    );
    let elsewhere = tempfile::tempdir_in(folder.path()).unwrap();
    let far = elsewhere.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    let mut head = block_on(journal.append(Seq::ZERO, &log(4))).unwrap();
    for link in [&link, &far] {
        fs::hard_link(&path, link).unwrap();
        for error in [
            SqliteJournal::open(link, "digits").map(drop).unwrap_err(),
            SqliteJournal::open(link, "other").map(drop).unwrap_err(),
            SqliteReader::open(link).map(drop).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(error.contains("has several names"), "{error}");
        }
        head = block_on(journal.append(head, &[entry(head.get() + 1)])).unwrap();
    }
    drop(journal);
    assert_eq!(resumed(&path).unwrap(), log(6));
    SqliteStudyReader::open(&path, None).unwrap();
}
