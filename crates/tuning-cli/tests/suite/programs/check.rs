//! `tune check-strategy`: what an author of a strategy in Python sees of the laws.

use std::path::PathBuf;

use crate::{
    programs::python::python,
    support::{Done, Folder},
};

fn of_process(path: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tuning-process")
        .join(path);
    path.canonicalize().unwrap()
}

/// Checks a script of tuning-process with a part of the laws.
fn check(options: &[&str], script: &str, arguments: &[&str]) -> Done {
    let script = of_process(script);
    let command = ["--", "python3", "-B", script.to_str().unwrap()];
    let line = [&["check-strategy"], options, &command, arguments].concat();
    Folder::new().tune(&line)
}

const SMALL: [&str; 4] = ["--problem", "floats/min", "--seeds", "1"];

#[test]
fn the_example_without_any_library_keeps_all_laws() {
    if !python() {
        return;
    }
    // All problems are in the test of tuning-process.
    let spaces = [
        "--problem",
        "floats",
        "--problem",
        "training",
        "--seeds",
        "2",
    ];
    let done = check(&spaces, "examples/random_sampler.py", &[]);
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert!(done.stdout.contains("kept     1 ask-twice\n"), "{done:#?}");
    assert!(done.stdout.contains(" skipped, 0 broken\n"), "{done:#?}");
}

#[test]
fn a_broken_law_is_told_with_its_place_what_to_do_and_how_to_see_it_again() {
    if !python() {
        return;
    }
    let twin = |law: &str| check(&SMALL, "tests/broken/broken.py", &["--law", law]);
    for (law, words) in [
        (
            "ask-twice",
            "remedy: change state on `tell` only; what an `ask` computes",
        ),
        (
            "in-space",
            "seed 0, step 2: parameters outside the space: parameter `x` is 2",
        ),
        ("same-seed", "no clock, no global generator"),
        ("retell", "when `tell` brings its \"started\""),
    ] {
        let done = twin(law);
        assert_eq!(done.code, Some(1), "{done:#?}");
        assert!(done.stdout.contains("BROKEN"), "{done:#?}");
        assert!(done.stdout.contains(words), "{done:#?}");
        let repeat = format!(
            "repeat: tune check-strategy --law {law} --problem floats/min --seed 0 -- python3 -B "
        );
        assert!(done.stdout.contains(&repeat), "{done:#?}");
        assert!(done.stdout.contains(", 1 broken\n"), "{done:#?}");
    }
}

#[test]
fn one_law_one_seed_and_json() {
    if !python() {
        return;
    }
    let options = ["--law", "in-space", "--law", "3", "--problem", "floats/min"];
    let options = [&options[..], &["--seed", "0", "--json"]].concat();
    let done = check(&options, "tests/broken/broken.py", &["--law", "in-space"]);
    assert_eq!(done.code, Some(1), "{done:#?}");
    let report: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["laws"].as_array().unwrap().len(), 2);
    assert_eq!(report["laws"][0]["state"], "broken");
    assert_eq!(report["laws"][0]["problem"], "floats/min");
    assert_eq!(report["laws"][1]["state"], "kept");
}

#[test]
fn one_that_cannot_be_talked_to_gets_one_error() {
    if !python() {
        return;
    }
    let check = |script: &str| {
        Folder::new().ends_with(
            1,
            &[
                "check-strategy",
                "--timeout",
                "5s",
                "--",
                "python3",
                "-c",
                script,
            ],
        )
    };
    for (script, words) in [
        (
            "raise SystemExit(4)",
            "exited with code 4 instead of answering",
        ),
        ("import time; time.sleep(1000)", "did not answer within 5s"),
        ("print('hello', flush=True); input()", "it answered: hello"),
    ] {
        let done = check(script);
        assert!(
            done.stderr.contains("cannot be asked for a proposal"),
            "{done:#?}"
        );
        assert!(done.stderr.contains(words), "{done:#?}");
        assert_eq!(done.stdout, "");
    }
}

#[test]
fn what_makes_no_sense_is_told() {
    let check = |options: &[&str], words: &str| {
        let line = [&["check-strategy"], options].concat();
        let done = Folder::new().ends_with(2, &line);
        assert!(done.stderr.contains(words), "{done:#?}");
    };
    check(
        &["--law", "ask-twcie", "--", "x"],
        "there is no law `ask-twcie`: did you mean `ask-twice`?",
    );
    check(
        &["--problem", "flots/min", "--", "x"],
        "did you mean `floats/min`?",
    );
    check(
        &["--options", "[1]", "--", "x"],
        "`--options [1]` is not a JSON object",
    );
    check(
        &["--timeout", "5", "--", "x"],
        "`--timeout 5` is not a duration",
    );
    check(&[], "<COMMAND>");
    let done = Folder::new().ends_with(1, &["check-strategy", "--", "./nothing-here"]);
    let words = "cannot start `./nothing-here`: No such file";
    assert!(done.stdout.contains(words), "{done:#?}");
}
