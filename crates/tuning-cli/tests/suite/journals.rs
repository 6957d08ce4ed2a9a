//! What a damaged, removed or doubled journal means for the one who runs the study.

#![cfg(unix)]

use std::fs;

use crate::support::{Folder, wait};

/// A study that was killed with two trials done and two running; all of it is in the `-wal`.
fn killed() -> Folder {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "test \"$TUNE_TRIAL\" -lt 2 || { echo x >> started.log; sleep 60; }; echo loss=$1\n",
    );
    let mut child = folder.start(&["run", "study.yaml", "--quiet"], &[]);
    folder.wait_for_lines("started.log", 2);
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
    assert!(
        !saved.is_empty() && whole.len() > saved.len() && whole.starts_with(&saved),
        "{saved}"
    );
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
    folder.wait_for_lines("started.log", 2);
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
