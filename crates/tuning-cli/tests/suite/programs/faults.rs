//! What a program can do wrong.

use crate::{
    programs::python::{folder, python},
    support::{Folder, processes_with},
};

/// With this fault the study ends after its third trial, with an error that says all of `words`; and the
/// mended program finishes it.
#[track_caller]
fn ends_the_study(fault: &str, words: &[&str]) {
    if !python() {
        return;
    }
    let folder = folder();
    folder.write("fault", fault);
    let done = folder.ends_with(1, &["run", "study.yaml"]);
    says(&done.stderr, words);
    assert_eq!(kept(&folder), 3, "{done:#?}");

    mend(&folder);
    let done = folder.ends_with(0, &["run", "study.yaml"]);
    assert_eq!(kept(&folder), 8, "{done:#?}");
    assert_eq!(folder.numbers("done.log"), (0..8).collect::<Vec<_>>());
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    let unsaid: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    assert!(unsaid.is_empty(), "it does not say {unsaid:?}:\n{text}");
}

fn mend(folder: &Folder) {
    std::fs::remove_file(folder.path("fault")).unwrap();
}

fn kept(folder: &Folder) -> usize {
    let trials = folder.ends_with(
        0,
        &["trials", "study.yaml", "--json", "--state", "completed"],
    );
    let trials: serde_json::Value = serde_json::from_str(&trials.stdout).unwrap();
    trials.as_array().unwrap().len()
}

#[test]
fn a_crash() {
    ends_the_study(
        "crash",
        &[
            "`python3 -B sampler.py` exited with code 1 instead of answering",
            "it was sent: {\"ask\":{\"slots\":1,\"next\":3,",
            "it answered nothing",
            "the end of its standard error:",
            "about to divide",
            "ZeroDivisionError: division by zero",
        ],
    );
}

#[test]
fn a_hang() {
    ends_the_study(
        "hang",
        &[
            "did not answer within 5s; it was killed (its option `timeout` says how long it may take)",
        ],
    );
}

#[test]
fn a_line_for_people() {
    ends_the_study(
        "chatter",
        &[
            "answered something that cannot be understood: it is not JSON",
            "anything that is not an answer belongs on standard error",
            "it answered: Epoch 1: so far so good",
        ],
    );
}

#[test]
fn a_wrong_key() {
    ends_the_study(
        "keys",
        &["unknown key `parms` in `asked[0]`: there are `params`"],
    );
}

#[test]
fn a_point_outside_the_space() {
    ends_the_study(
        "outside",
        &[
            "made an illegal proposal: parameters outside the space: parameter `x`",
            "1.5",
            "it answered: {\"asked\": [{\"params\": {\"x\": 1.5,",
        ],
    );
}

#[test]
fn a_value_of_another_type() {
    ends_the_study(
        "kind",
        &["made an illegal proposal: parameters outside the space: parameter `kind`"],
    );
}

#[test]
fn more_than_it_was_asked_for() {
    ends_the_study("many", &["3 proposals for 1 slot(s)"]);
}

#[test]
fn an_empty_list() {
    ends_the_study("empty", &["made an illegal proposal: an empty list"]);
}

#[test]
fn two_lines_for_one() {
    ends_the_study(
        "two lines",
        &["answered with 2 lines: an answer is one line"],
    );
}

#[test]
fn an_answer_to_a_fact() {
    // Whether it comes before the question or with the answer is a matter of timing.
    ends_the_study("answers facts", &["it answered: {\"told\": true}"]);
}

#[test]
fn a_program_that_fails_says_why_in_its_own_words() {
    ends_the_study("fails", &["failed: the model cannot be fitted"]);
}

#[test]
fn a_problem_that_it_refuses_is_shown_in_the_file() {
    if !python() {
        return;
    }
    let folder = folder();
    folder.write("fault", "refuses");
    let words = [
        "study.yaml:9:11: ",
        "`python3 -B sampler.py` says: it knows nothing but integers",
        "strategy: {command: [python3, -B, sampler.py], timeout: 5s}",
    ];
    says(&folder.ends_with(2, &["run", "study.yaml"]).stderr, &words);
    says(
        &folder.ends_with(2, &["validate", "study.yaml"]).stderr,
        &words,
    );
    mend(&folder);
    folder.ends_with(0, &["validate", "study.yaml"]);
    folder.ends_with(0, &["run", "study.yaml"]);
}

#[test]
fn another_protocol_is_refused() {
    if !python() {
        return;
    }
    let folder = folder();
    folder.write("fault", "other protocol");
    let done = folder.ends_with(1, &["run", "study.yaml"]);
    says(
        &done.stderr,
        &["it speaks protocol 9, but only protocol 1 is supported"],
    );
    assert_eq!(kept(&folder), 0);
}

#[test]
fn a_program_that_is_not_there_is_shown_in_the_file() {
    let folder = folder();
    let study = folder.read("study.yaml").replace("python3", "./no-python");
    folder.write("study.yaml", &study);
    let done = folder.ends_with(2, &["run", "study.yaml"]);
    says(
        &done.stderr,
        &[
            "study.yaml:9:11: ",
            "cannot start `./no-python -B sampler.py`",
        ],
    );
}

#[test]
fn what_it_has_started_is_gone_with_it() {
    if !python() {
        return;
    }
    let folder = folder();
    let mark = format!("orphan-{}", std::process::id());
    let study = folder.read("study.yaml");
    let command = format!("sampler.py, {mark}]");
    folder.write("study.yaml", &study.replace("sampler.py]", &command));
    folder.write("fault", "orphan");
    let done = folder.ends_with(1, &["run", "study.yaml"]);
    says(
        &done.stderr,
        &[
            "exited with code 3 instead of answering",
            "left a child behind",
        ],
    );
    assert_eq!(processes_with(&mark), 0);
}
