//! The folder of a study's trials belongs to one study of one journal.

#![cfg(unix)]

use std::{fs, process::Command};

use crate::support::{Folder, STUDY, wait};

/// Two studies of one name, whose journals differ but for their extension: their trials would share a folder.
fn two() -> Folder {
    let folder = Folder::with_study();
    folder.write(
        "one.yaml",
        &format!("name: same\njournal: shared.db\n{STUDY}"),
    );
    folder.write(
        "two.yaml",
        &format!("name: same\njournal: shared.sqlite\n{STUDY}"),
    );
    folder
}

#[test]
fn two_journals_with_one_study_name_never_share_a_folder() {
    let folder = two();
    folder.write(
        "trial.sh",
        "echo \"$TUNE_TRIAL\" >> started.log\nuntil test -e go; do sleep 0.02; done\necho loss=$1\n",
    );
    let first = folder.start(&["run", "one.yaml", "--quiet"], &[]);
    folder.wait_for_lines("started.log", 2);
    for args in [&["run", "two.yaml"][..], &["clean", "two.yaml", "--yes"]] {
        let refused = folder.tune(args);
        if args[0] == "run" {
            assert_ne!(refused.code, Some(0), "{refused:#?}");
            assert!(
                refused.stderr.contains("is in use by process"),
                "{refused:#?}"
            );
        }
    }
    folder.write("go", "");
    let first = wait(first);
    assert_eq!(first.code, Some(0), "{first:#?}");
    let states = folder
        .ends_with(0, &["export", "one.yaml", "--columns", "state"])
        .stdout;
    assert_eq!(states.matches("completed").count(), 6, "{states}");
    // Once it has ended, too.
    let refused = folder.tune(&["run", "two.yaml"]);
    assert!(
        refused.code != Some(0) && refused.stderr.contains("belongs to study `same` in"),
        "{refused:#?}"
    );
    let before = fs::read_dir(folder.path("shared.trials/same"))
        .unwrap()
        .count();
    folder.ends_with(1, &["clean", "two.yaml", "--yes"]);
    let after = fs::read_dir(folder.path("shared.trials/same"))
        .unwrap()
        .count();
    assert_eq!(after, before);
    // Until the other one is gone.
    folder.ends_with(0, &["clean", "one.yaml", "--all", "--yes"]);
    folder.ends_with(0, &["run", "two.yaml", "--quiet"]);
}

#[test]
fn a_copied_project_runs_on_its_own_and_ends_nothing_of_the_original() {
    let folder = Folder::with_study();
    fs::create_dir(folder.path("original")).unwrap();
    for file in ["study.yaml", "trial.sh"] {
        fs::rename(folder.path(file), folder.path("original").join(file)).unwrap();
    }
    let script = "echo \"$TUNE_TRIAL\" >> started.log\nuntil test -e go; do sleep 0.02; done\necho loss=$1\n";
    folder.write("original/trial.sh", script);
    let tune = |place: &str, args: &[&str]| {
        let mut command = folder.command(args);
        command.current_dir(folder.path(place));
        command
    };
    let original = tune("original", &["run", "study.yaml", "--quiet"])
        .spawn()
        .unwrap();
    folder.wait_for_lines("original/started.log", 2);
    let copied = Command::new("cp")
        .args(["-r", "original", "copy"])
        .current_dir(folder.path(""))
        .status();
    assert!(copied.unwrap().success());
    folder.write("copy/go", "");
    let copy = crate::support::finish(tune("copy", &["run", "study.yaml", "--quiet"]));
    assert_eq!(copy.code, Some(0), "{copy:#?}");
    folder.write("original/go", "");
    let original = original.wait_with_output().unwrap();
    assert!(original.status.success(), "{original:?}");
    let retries = crate::support::finish(tune(
        "original",
        &["export", "study.yaml", "--columns", "retries"],
    ));
    assert!(
        !retries.stdout.contains('1'),
        "none was killed: {retries:#?}"
    );
}
