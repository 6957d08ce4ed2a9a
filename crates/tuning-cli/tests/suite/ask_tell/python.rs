//! The examples in Python: a short client, and one script that is tuned in both ways.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Done, Folder, finish};

/// Whether there is a Python to run the examples with.
fn python() -> bool {
    crate::support::python("the examples")
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// Runs an example in a folder, with this `tune` in its PATH.
fn run(folder: &Folder, script: &Path, args: &[&str]) -> Done {
    let tune = Path::new(env!("CARGO_BIN_EXE_tune"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = [tune.parent().unwrap().to_owned()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let mut command = Command::new("python3");
    command
        .arg(script)
        .args(args)
        .current_dir(folder.path(""))
        .env("PATH", std::env::join_paths(places).unwrap())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    finish(command)
}

#[test]
fn the_client_finds_the_best() {
    if !python() {
        return;
    }
    let done = run(&Folder::new(), &example("ask_tell.py"), &[]);
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert!(
        done.stdout.contains("'n': 1") && done.stdout.ends_with("trials\n"),
        "{done:#?}"
    );
}

#[test]
fn the_client_tells_the_reason_of_the_program_in_its_own_words() {
    if !python() {
        return;
    }
    let check = |file: &str, expect: &str| {
        let folder = Folder::new();
        folder.write("broken.yaml", "objective: {name: loss}\n");
        let examples = example("");
        let script = format!(
            "import sys\nsys.path.insert(0, {:?})\nfrom ask_tell import Tuner\n\
             try:\n    Tuner({file:?})(ask=1)\nexcept ValueError as error:\n    print(error)\n",
            examples.to_str().unwrap()
        );
        folder.write("client.py", &script);
        let done = run(&folder, &folder.path("client.py"), &[]);
        assert!(done.stdout.contains(expect), "{done:#?}");
    };
    check(
        "missing.yaml",
        "error: cannot read `missing.yaml`: No such file",
    );
    check("broken.yaml", "say `minimize` or `maximize`");
}

#[test]
fn one_script_gives_the_same_study_by_run_and_by_ask_tell() {
    if !python() {
        return;
    }
    let folder = Folder::new();
    for name in ["train.py", "study.yaml"] {
        let text = std::fs::read_to_string(example("python").join(name)).unwrap();
        folder.write(name, &text);
    }
    folder.ends_with(0, &["run", "study.yaml", "--workers", "2"]);
    let export = |file: &str| {
        let columns = "trial,state,parameters,values";
        folder
            .ends_with(0, &["export", file, "--columns", columns])
            .stdout
    };
    let journal = folder.path("asked.db");
    let script = example("python").join("tune_it.py");
    let done = run(&folder, &script, &["--journal", journal.to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert!(done.stdout.starts_with("loss 0."), "{done:#?}");
    assert_eq!(export("asked.db"), export("study.yaml"));
    assert_eq!(export("asked.db").lines().count(), 13);
}
