//! What a damaged, removed or doubled journal means for the one who runs the study.

#![cfg(unix)]

use std::fs;

use crate::support::{Folder, wait};

/// A study that was killed with two trials done and one running; all of it is in the `-wal`.
///
/// With one worker the last commit is the end of trial 1 and the start of trial 2, or the start alone, however slow the disk
/// is: the program of a trial begins once its start is on disk.
fn killed() -> Folder {
    let folder = Folder::new();
    let study = crate::support::STUDY.replace("workers: 2", "workers: 1");
    folder.write("study.yaml", &study);
    folder.write(
        "trial.sh",
        "test \"$TUNE_TRIAL\" -lt 2 || { echo x >> started.log; sleep 60; }; echo loss=$1\n",
    );
    let mut child = folder.start(&["run", "study.yaml", "--quiet"], &[]);
    folder.wait_for_lines("started.log", 1);
    child.kill().unwrap();
    child.wait().unwrap();
    folder.write("trial.sh", crate::support::TRIAL);
    folder
}

#[test]
fn a_shorter_history_is_never_resumed_silently() {
    let folder = killed();
    let wal = folder.path("study.db-wal");
    let bytes = fs::read(&wal).unwrap();
    // The last commit is the start of a trial that runs: its program has waited for it.
    fs::write(&wal, &bytes[..bytes.len() - 100]).unwrap();
    for args in [
        &["run", "study.yaml"][..],
        &["status", "study.yaml"],
        &["export", "study.yaml"],
        &["ask-tell", "study.yaml"],
        &["run", "study.yaml"],
    ] {
        let done = folder.ends_with(1, args);
        assert!(
            done.stderr.contains("of the journal are missing")
                && done.stderr.contains("`tune repair`"),
            "{done:#?}"
        );
    }
    let repaired = folder.ends_with(0, &["repair", "study.yaml"]);
    assert!(
        repaired
            .stdout
            .contains("of study `study` in `study.repaired.db`"),
        "{repaired:#?}"
    );
    folder.ends_with(0, &["status", "study.repaired.db"]);
    let again = folder.ends_with(2, &["repair", "study.yaml"]);
    assert!(again.stderr.contains("--output"), "{again:#?}");

    folder.ends_with(0, &["run", "study.yaml", "--quiet", "--accept-loss"]);
    let trials = folder.ends_with(0, &["export", "study.yaml"]).stdout;
    assert_eq!(trials.lines().count(), 7, "{trials}");
    let whole = folder.ends_with(0, &["repair", "study.yaml"]).stdout;
    assert!(whole.contains("is intact"), "{whole}");
}

#[test]
fn what_is_intact_before_damage_in_the_wal_is_repaired() {
    let folder = killed();
    let (database, wal) = (folder.path("study.db"), folder.path("study.db-wal"));
    let (left, mut bytes) = (fs::read(&database).unwrap(), fs::read(&wal).unwrap());
    let whole = folder
        .ends_with(0, &["events", "study.db", "--json"])
        .stdout;
    // The reader was the last one, and has moved all of it into the database: once more as it was left, but for a bit of
    // the last commit.
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    fs::write(&database, left).unwrap();
    fs::write(&wal, &bytes).unwrap();
    folder.ends_with(1, &["run", "study.yaml"]);
    folder.ends_with(0, &["repair", "study.yaml", "--output", "saved.db"]);
    let saved = folder
        .ends_with(0, &["events", "saved.db", "--json"])
        .stdout;
    let (whole, saved): (Vec<&str>, Vec<&str>) = (whole.lines().collect(), saved.lines().collect());
    assert_eq!(whole.len(), saved.len());
    let differ: Vec<_> = (0..whole.len())
        .filter(|at| whole[*at] != saved[*at])
        .collect();
    assert_eq!(differ.last(), Some(&(whole.len() - 1)), "{saved:#?}");
    assert!(
        differ
            .iter()
            .all(|at| saved[*at].contains("\"event\":\"missing\""))
            && differ.len() <= 2,
        "{saved:#?}"
    );
}

/// Changes a text in the database to another of the same length, wherever it is.
fn damage(folder: &Folder, from: &str, to: &str) {
    let path = folder.path("study.db");
    let mut bytes = fs::read(&path).unwrap();
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|at| bytes[*at..].starts_with(from.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "{from}");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    fs::write(path, bytes).unwrap();
}

fn replace_by_repaired(folder: &Folder) {
    for suffix in ["-wal", "-shm", ".study.sums"] {
        let _ = fs::remove_file(folder.path(&format!("study.db{suffix}")));
    }
    fs::remove_file(folder.path("study.db")).unwrap();
    // With its notes or without, as it is told.
    fs::rename(folder.path("study.repaired.db"), folder.path("study.db")).unwrap();
}

#[test]
fn one_damaged_entry_costs_no_other_trial_and_observers_are_told_nothing_twice() {
    let folder = Folder::new();
    folder.write("trial.sh", crate::support::TRIAL);
    let study = crate::support::STUDY.replace("workers: 2", "workers: 1");
    let observers = "observers: [{jsonl: events.jsonl}, {csv: trials.csv}]\n";
    folder.write("study.yaml", &(study + observers));
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    let before = folder.read("events.jsonl");
    damage(&folder, "{\"trial\":2,\"params", "{\"trial\":2,\"parans");
    damage(&folder, "{\"trial\":4,\"outcome", "{\"trial\":4,\"outgone");
    let refused = folder.ends_with(1, &["run", "study.yaml"]);
    assert!(refused.stderr.contains("`tune repair`"), "{refused:#?}");

    let repaired = folder.ends_with(0, &["repair", "study.yaml"]).stdout;
    let head = before.lines().count();
    for expect in [
        &format!("saved {} of {head} entries", head - 3),
        "(5 trials, 4 ended)",
        "  trial 2: its start is damaged; nothing of it is kept\n",
        "  trial 4: entry ",
        " is damaged; it will be evaluated again\n",
    ] {
        assert!(repaired.contains(expect), "{expect}: {repaired}");
    }
    replace_by_repaired(&folder);
    folder.ends_with(0, &["run", "study.yaml", "--quiet", "--trials", "8"]);

    let trials = folder.ends_with(0, &["export", "study.yaml"]).stdout;
    let numbers: Vec<&str> = trials
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').next())
        .collect();
    assert_eq!(numbers, ["0", "1", "3", "4", "5", "6", "7"], "{trials}");
    assert!(!trials.contains("running"), "{trials}");
    // Of what is lost the file of events has the only copy; each event is in it once, in order.
    let after = folder.read("events.jsonl");
    assert!(after.starts_with(&before), "{after}");
    let seqs: Vec<u64> = after.lines().map(seq_of).collect();
    let all: Vec<u64> = (1..=seqs.len() as u64).collect();
    assert_eq!(seqs, all);
    let mut rows: Vec<String> = folder
        .read("trials.csv")
        .lines()
        .skip(1)
        .map(|row| row.split(',').next().unwrap().to_owned())
        .collect();
    rows.sort();
    // Trial 4 has ended twice.
    assert_eq!(rows, ["0", "1", "2", "3", "4", "4", "5", "6", "7"]);
    let shown = folder
        .ends_with(0, &["events", "study.yaml", "--kind", "missing"])
        .stdout;
    assert_eq!(shown.lines().count(), 3, "{shown}");
}

#[test]
fn only_what_is_before_the_damage_is_saved_for_a_study_that_is_to_be_repeated_from_there() {
    let folder = Folder::new();
    folder.write("trial.sh", crate::support::TRIAL);
    let study = crate::support::STUDY.replace("workers: 2", "workers: 1\norder: as-proposed");
    folder.write("study.yaml", &study);
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    let columns = ["export", "study.yaml", "--columns", "trial,x,kind,loss"];
    let whole = folder.ends_with(0, &columns).stdout;
    damage(&folder, "{\"trial\":2,\"params", "{\"trial\":2,\"parans");
    let repaired = folder
        .ends_with(0, &["repair", "study.yaml", "--before-damage"])
        .stdout;
    assert!(repaired.contains("(2 trials, "), "{repaired}");
    replace_by_repaired(&folder);
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    assert_eq!(folder.ends_with(0, &columns).stdout, whole);
}

fn seq_of(line: &str) -> u64 {
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    event["seq"].as_u64().unwrap()
}

#[test]
fn a_journal_has_one_name() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    fs::hard_link(folder.path("study.db"), folder.path("link.db")).unwrap();
    std::os::unix::fs::symlink(folder.path("study.db"), folder.path("soft.db")).unwrap();
    let refused = folder.ends_with(1, &["run", "study.yaml", "--journal", "link.db"]);
    assert!(refused.stderr.contains("has several names"), "{refused:#?}");
    let trials = folder.ends_with(0, &["export", "study.yaml"]).stdout;
    assert_eq!(folder.ends_with(0, &["export", "soft.db"]).stdout, trials);
    folder.ends_with(0, &["run", "study.yaml", "--quiet", "--trials", "8"]);
}

#[test]
fn a_journal_that_is_removed_while_it_runs_stops_the_study_and_is_saved() {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "echo \"$TUNE_TRIAL\" >> started.log\nuntil test -e go; do sleep 0.02; done\necho loss=$1\n",
    );
    let child = folder.start(&["run", "study.yaml"], &[]);
    folder.wait_for_lines("started.log", 1);
    fs::remove_file(folder.path("study.db")).unwrap();
    folder.write("go", "");
    let done = wait(child);
    assert_eq!(done.code, Some(1), "{done:#?}");
    assert!(
        done.stderr
            .contains("was removed or moved while the study ran")
            && done.stderr.contains("study.rescued.db"),
        "{done:#?}"
    );
    fs::rename(folder.path("study.rescued.db"), folder.path("study.db")).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.path(&format!("study.db{suffix}")));
    }
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    let trials = folder.ends_with(0, &["export", "study.yaml"]).stdout;
    assert_eq!(trials.lines().count(), 7, "{trials}");
}
