//! Folders that cannot be written, before the start and while a study runs: one clear error, and no trial is charged.
//!
//! No permission binds root: then the program runs as another user.

#![cfg(unix)]

use std::{
    fs,
    io::Write as _,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::support::{Done, Folder, finish};

/// Any user but root.
const OTHER: u32 = 65_534;

/// A trial that breaks something once, in the place of `BREAK`, and ends well all the same. Before that it waits for the
/// note that it runs: to have no place for it would be a matter of this trial.
const TRIAL: &str = "\
echo \"$TUNE_TRIAL\" >> \"$LOGS/started.log\"
if [ \"$TUNE_TRIAL\" = 50 ] && [ ! -e \"$LOGS/broken\" ]; then
  : > \"$LOGS/broken\"
  while [ ! -e \"$TUNE_TRIAL_DIR/process.json\" ]; do sleep 0.01; done
  BREAK
fi
echo \"loss=$1\"
";

/// A study whose journal is in the folder `kept`, and whose trials in `kept/study.trials/study`.
fn folder(breaks: &str) -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("kept")).unwrap();
    folder.write("trial.sh", &TRIAL.replace("BREAK", breaks));
    let study = "command: [sh, trial.sh, \"${x}\"]\nparameters: {x: {min: 0.0, max: 1.0}}\nobjective: {name: loss, direction: \
                 minimize}\nname: study\njournal: kept/study.db\nbudget: {trials: 60}\nworkers: 2\nseed: 7\nstrategy: random\n";
    folder.write("study.yaml", study);
    folder
}

fn owner(folder: &Folder) -> u32 {
    fs::metadata(folder.path("")).unwrap().uid()
}

/// The program with these arguments, as the user whose folder it is.
fn command(folder: &Folder, args: &[&str]) -> Command {
    let mut command = folder.command(args);
    command.env("LOGS", folder.path(""));
    if owner(folder) != owner(&Folder::new()) {
        command.uid(OTHER).gid(OTHER);
    }
    command
}

fn run(folder: &Folder) -> Done {
    finish(command(folder, &["run", "study.yaml", "--quiet"]))
}

/// Gives all of the folder to a user whom permissions bind; if that user cannot even start the program, says loudly what is
/// skipped.
fn is_bound(folder: &Folder) -> bool {
    if owner(folder) != 0 {
        return true;
    }
    give(&folder.path(""));
    let mut probe = command(folder, &["--version"]);
    let done = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let bound = done.is_ok_and(|status| status.success());
    if !bound {
        // Not `eprintln!`: this is not to be swallowed with the output of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: root is bound by no permission, and no other user can start the program"
        );
    }
    bound
}

fn give(path: &Path) {
    chown(path, Some(OTHER), Some(OTHER)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path());
        }
    }
}

fn permit(folder: &Folder, name: &str, mode: u32) {
    fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// One error that has all of these words, and nothing was begun.
#[track_caller]
fn is_refused(folder: &Folder, words: &[&str]) {
    let done = run(folder);
    assert_eq!(done.code, Some(1), "{done:#?}");
    assert_eq!(done.stderr.matches("error: ").count(), 1, "{done:#?}");
    for word in words {
        assert!(done.stderr.contains(word), "{word}: {done:#?}");
    }
    assert!(folder.read("started.log").is_empty(), "{done:#?}");
}

/// All 60 trials completed, and none was charged with what was broken.
#[track_caller]
fn is_whole(folder: &Folder) {
    let done = run(folder);
    assert_eq!(done.code, Some(0), "{done:#?}");
    let counts = counts(folder);
    assert_eq!(
        (&counts["completed"], &counts["failed"]),
        (&60.into(), &0.into()),
        "{counts}"
    );
}

fn counts(folder: &Folder) -> Value {
    let done = finish(command(folder, &["status", "study.yaml", "--json"]));
    let status: Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"));
    status["counts"].clone()
}

/// It stopped with one error that has all of these words, and what was done by then is kept.
#[track_caller]
fn has_stopped(folder: &Folder, words: &[&str]) {
    let done = run(folder);
    assert_eq!(done.code, Some(1), "{done:#?}");
    for word in words {
        assert!(done.stderr.contains(word), "{word}: {done:#?}");
    }
    let counts = counts(folder);
    assert_eq!(counts["failed"], 0, "{counts}");
    assert!(counts["completed"].as_u64().unwrap() >= 49, "{counts}");
}

#[test]
fn a_journals_folder_that_cannot_be_written_is_told_before_any_trial_with_the_remedy() {
    let folder = folder("");
    if !is_bound(&folder) {
        return;
    }
    permit(&folder, "kept", 0o555);
    is_refused(&folder, &["kept", "check the permissions"]);
    permit(&folder, "kept", 0o755);
    is_whole(&folder);
}

#[test]
fn a_folder_of_trials_that_cannot_be_made_is_told_before_any_trial_with_the_remedy() {
    let folder = folder("");
    // This binds root, too.
    folder.write("kept/study.trials", "");
    is_refused(&folder, &["kept/study.trials", "remove what is in its way"]);
    fs::remove_file(folder.path("kept/study.trials")).unwrap();
    fs::create_dir(folder.path("kept/study.trials")).unwrap();
    if is_bound(&folder) {
        permit(&folder, "kept/study.trials", 0o555);
        let remedy = "let this user write there";
        is_refused(&folder, &["kept/study.trials", "ermission denied", remedy]);
        permit(&folder, "kept/study.trials", 0o755);
        is_whole(&folder);
    }
}

#[test]
fn a_folder_of_trials_that_is_lost_while_it_runs_stops_the_study_and_costs_no_trial() {
    let folder = folder("mv kept/study.trials kept/away; : > kept/study.trials");
    // A second worker could make the folder anew between the two commands.
    let study = folder.read("study.yaml");
    folder.write("study.yaml", &study.replace("workers: 2", "workers: 1"));
    has_stopped(&folder, &["kept/study.trials/study", "run the study again"]);
    // As long as it is, no trial is charged.
    let done = run(&folder);
    assert_eq!(done.code, Some(1), "{done:#?}");
    fs::remove_file(folder.path("kept/study.trials")).unwrap();
    fs::rename(folder.path("kept/away"), folder.path("kept/study.trials")).unwrap();
    is_whole(&folder);
}

#[test]
fn a_program_that_is_lost_while_it_runs_stops_the_study_and_costs_no_trial() {
    for (breaks, mends, words) in [
        (
            "mv trial.sh away.sh",
            "mv away.sh trial.sh",
            "cannot start `./trial.sh`: No such file",
        ),
        (
            "chmod 644 trial.sh",
            "chmod 755 trial.sh",
            "make it executable",
        ),
    ] {
        let folder = folder(breaks);
        let script = format!("#!/bin/sh\n{}", folder.read("trial.sh"));
        folder.write("trial.sh", &script);
        permit(&folder, "trial.sh", 0o755);
        // A second worker could be on its way to the file.
        let study = folder
            .read("study.yaml")
            .replace("workers: 2", "workers: 1");
        let study = study.replace("[sh, trial.sh,", "[./trial.sh,");
        folder.write("study.yaml", &study);
        has_stopped(&folder, &[words, "run the study again"]);
        // As long as it is, no trial is charged.
        let refused = run(&folder);
        assert!(matches!(refused.code, Some(1 | 2)), "{refused:#?}");
        assert!(refused.stderr.contains("`./trial.sh`"), "{refused:#?}");
        assert_eq!(counts(&folder)["failed"], 0);
        let done = Command::new("sh")
            .args(["-c", mends])
            .current_dir(folder.path(""))
            .status();
        assert!(done.unwrap().success());
        is_whole(&folder);
    }
}

#[test]
fn a_folder_of_trials_that_loses_its_permission_while_it_runs_stops_the_study_and_costs_no_trial() {
    let folder = folder("chmod 555 kept/study.trials/study");
    if !is_bound(&folder) {
        return;
    }
    let words = [
        "kept/study.trials/study",
        "ermission denied",
        "run the study again",
    ];
    has_stopped(&folder, &words);
    permit(&folder, "kept/study.trials/study", 0o755);
    is_whole(&folder);
}

#[test]
fn a_program_that_fails_since_the_folder_of_trials_takes_no_files_costs_no_trial() {
    let folder = folder("chmod 555 kept/study.trials/study");
    let script = TRIAL
        .replace(
            "BREAK",
            "chmod 555 kept/study.trials/study kept/study.trials/study/0*",
        )
        .replace(
            "echo \"loss",
            ": > \"$TUNE_TRIAL_DIR/weights\" || exit 7\necho \"loss",
        );
    folder.write("trial.sh", &script);
    if !is_bound(&folder) {
        return;
    }
    has_stopped(&folder, &["kept/study.trials/study", "ermission denied"]);
    let done = Command::new("chmod")
        .args(["-R", "u+w"])
        .arg(folder.path("kept/study.trials"))
        .status();
    assert!(done.unwrap().success());
    is_whole(&folder);
}

#[test]
fn a_journals_folder_that_loses_its_permission_while_it_runs_loses_nothing() {
    let folder = folder("chmod 555 kept");
    if !is_bound(&folder) {
        return;
    }
    let done = run(&folder);
    // What is open stays open: it may even end well.
    assert!(matches!(done.code, Some(0 | 1)), "{done:#?}");
    permit(&folder, "kept", 0o755);
    let kept = counts(&folder);
    assert_eq!(kept["failed"], 0, "{kept}");
    assert!(kept["completed"].as_u64().unwrap() >= 49, "{kept}");
    is_whole(&folder);
}
