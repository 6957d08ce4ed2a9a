//! `tune clean`: what a study has left goes, after asking, and nothing else does.

#![cfg(unix)]

use std::fs;

use crate::support::Folder;
use serde_json::Value;

fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("")).unwrap();
    let name = |entry: Result<fs::DirEntry, _>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

/// A study that has run.
fn run() -> Folder {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    assert!(folder.path("study.trials/study/000000").exists());
    folder
}

#[test]
fn the_files_of_trials_go_and_the_results_stay() {
    let folder = run();
    let best = folder.ends_with(0, &["best", "study.yaml"]).stdout;
    let done = folder.ends_with(0, &["clean", "study.yaml", "--yes"]);
    assert!(done.stderr.contains("study.trials/study"), "{done:#?}");
    assert!(done.stdout.contains("its results are kept"), "{done:#?}");
    assert!(!folder.path("study.trials").exists());
    assert_eq!(folder.ends_with(0, &["best", "study.yaml"]).stdout, best);
    let again = folder.ends_with(0, &["clean", "study.yaml", "--yes"]);
    assert!(again.stderr.contains("nothing to remove"), "{again:#?}");
    // And the study can be resumed.
    folder.ends_with(0, &["run", "study.yaml", "--trials", "8", "--quiet"]);
    assert_eq!(folder.numbers("done.log"), (0..8).collect::<Vec<_>>());
}

#[test]
fn with_all_nothing_is_left_but_what_the_user_wrote() {
    for target in ["study.yaml", "study.db"] {
        let folder = run();
        let json = folder.ends_with(0, &["clean", target, "--all", "--yes", "--json"]);
        let json: Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(json["removed"], true);
        assert_eq!(json["study_removed"], true);
        assert!(json["files"].as_u64() >= Some(12), "{json}");
        let left = ["done.log", "started.log", "study.yaml", "trial.sh"];
        assert_eq!(names(&folder), left);
        folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
        assert_eq!(folder.numbers("done.log").len(), 12, "it begins anew");
    }
}

#[test]
fn other_studies_of_the_journal_stay() {
    let folder = run();
    let other = format!("{}journal: study.db\nname: second\n", crate::support::STUDY);
    folder.write("other.yaml", &other);
    folder.ends_with(0, &["run", "other.yaml", "--quiet"]);
    let error = folder
        .ends_with(1, &["clean", "study.db", "--all", "--yes"])
        .stderr;
    assert!(error.contains("say which"), "{error}");
    let second = folder.ends_with(0, &["trials", "other.yaml"]).stdout;
    folder.ends_with(0, &["clean", "study.yaml", "--all", "--yes"]);
    assert_eq!(
        folder.ends_with(0, &["trials", "other.yaml"]).stdout,
        second
    );
    assert!(folder.path("study.trials/second/000000").exists());
    assert!(!folder.path("study.trials/study").exists());
    let only = folder.ends_with(0, &["status", "study.db"]).stdout;
    assert!(only.contains("second"), "{only}");
    let gone = folder.ends_with(1, &["status", "study.yaml"]).stderr;
    assert!(gone.contains("study"), "{gone}");
    folder.ends_with(0, &["clean", "other.yaml", "--all", "--yes"]);
    assert!(!folder.path("study.db").exists() && !folder.path("study.trials").exists());
}

#[test]
fn nothing_is_removed_unasked_or_only_to_look() {
    let folder = run();
    let before = names(&folder);
    let asked = folder.ends_with(2, &["clean", "study.yaml", "--all"]);
    assert!(asked.stderr.contains("--yes"), "{asked:#?}");
    let looked = folder.ends_with(0, &["clean", "study.yaml", "--all", "--dry-run"]);
    assert!(
        looked
            .stderr
            .contains("would remove the study `study` itself, with all its 6 trials"),
        "{looked:#?}"
    );
    assert_eq!(names(&folder), before);
    assert!(folder.path("study.trials/study/000005").exists());
}

#[test]
fn a_study_that_runs_is_left_alone() {
    let folder = Folder::with_study();
    let mut child = folder.start(&["run", "study.yaml"], &[("DELAY", "20")]);
    folder.wait_for_lines("started.log", 2);
    for all in [&[][..], &["--all"]] {
        let args = [&["clean", "study.yaml", "--yes"], all].concat();
        let done = folder.ends_with(1, &args);
        let expect = format!("is being run by process {}", child.id());
        assert!(done.stderr.contains(&expect), "{done:#?}");
    }
    assert!(folder.path("study.trials/study/000000").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    // What is not over loses what it has saved: that is said.
    let looked = folder.ends_with(0, &["clean", "study.yaml", "--dry-run"]);
    assert!(
        looked.stderr.contains("2 trials are not over"),
        "{looked:#?}"
    );
    folder.ends_with(0, &["clean", "study.yaml", "--yes"]);
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
}

#[test]
fn files_of_trials_go_also_when_the_journal_has_gone_before() {
    let folder = run();
    fs::remove_file(folder.path("study.db")).unwrap();
    folder.ends_with(0, &["clean", "study.yaml", "--all", "--yes"]);
    assert!(!folder.path("study.trials").exists());
    folder.ends_with(1, &["clean", "study.db", "--yes"]);
}
