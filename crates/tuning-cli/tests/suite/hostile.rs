//! A study whose names, choices, reasons and paths are hostile to a terminal, through all commands.

#![cfg(unix)]

use crate::support::Folder;
use serde_json::Value;

/// What would clear a screen, set a title, open a link, write over a line, turn a text, or hide in it.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}]8;;http://x\u{1b}\\\u{9b}31m\r\u{8}\u{7f}\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}";

/// Whether it may not reach a terminal.
fn is_hostile(char: char) -> bool {
    (HOSTILE.contains(char) && !char.is_ascii_graphic()) || (char.is_control() && char != '\n')
}

#[track_caller]
fn harmless(what: &str, text: &str) {
    let found: Vec<_> = text.chars().filter(|char| is_hostile(*char)).collect();
    assert!(found.is_empty(), "{what}: {found:?} in\n{text:?}");
}

fn folder() -> (Folder, String) {
    let folder = Folder::new();
    let name = format!("a{HOSTILE}z");
    let study = serde_json::json!({
        "name": name,
        "command": ["sh", "trial.sh", format!("${{{name}}}")],
        "parameters": {&*name: {"values": [name, "=1+1"]}, "x": {"min": 0.0, "max": 1.0}},
        "objective": {"name": format!("loss{HOSTILE}"), "direction": "minimize"},
        "budget": {"trials": 6},
        "workers": 1,
        "observers": [{"log": "stderr"}, {"csv": {"path": "safe.csv", "safe": true}}, {"csv": {"path": "exact.csv", "name": "exact"}}],
    });
    folder.write("study.json", &study.to_string());
    // Every second trial fails, with a reason that is hostile, too.
    folder.write(
        "trial.sh",
        &format!(
            "case $TUNE_TRIAL in\n*[13579]) printf '%s\\n' 'no{HOSTILE}more' >&2; exit 1;;\nesac\n\
             printf '%s\\n' '{{\"loss{HOSTILE}\": 0.5, \"metric{HOSTILE}\": 1}}'\n"
        )
        // In JSON, control characters are written as escapes.
        .replace("{\"loss", "{\"loss"),
    );
    (folder, name)
}

#[test]
fn b_what_controls_a_terminal_reaches_it_from_no_field_of_any_command() {
    let (folder, name) = folder();
    let run = folder.tune(&["run", "study.json"]);
    harmless("run, stdout", &run.stdout);
    // The log has colours of its own: those of the library, which are no part of a study.
    let stderr = run.stderr.replace("\u{1b}[0m", "").replace("\u{1b}[2m", "");
    let stderr = ["1", "3", "31", "32", "33", "34", "35"]
        .iter()
        .fold(stderr, |text, code| {
            text.replace(&format!("\u{1b}[{code}m"), "")
        });
    harmless("run, stderr", &stderr);
    assert!(run.stderr.contains("\\u{1b}[2J"), "{run:#?}");

    let commands: &[&[&str]] = &[
        &["validate", "study.json"],
        &["validate", "study.json", "--json"],
        &["validate", "study.json", "--merged"],
        &["run", "study.json"],
        &["run", "study.json", "--json"],
        &["run", "study.json", "--repeat", "2"],
        &["status", "study.json"],
        &["status", "study.json", "--json"],
        &["best", "study.json"],
        &["best", "study.json", "--json"],
        &["trials", "study.json"],
        &["trials", "study.json", "--json"],
        &[
            "trials",
            "study.json",
            "--columns",
            &format!("none{HOSTILE}"),
        ],
        &["events", "study.json"],
        &["events", "study.json", "--json"],
        &["export", "study.json", "--format", "json"],
        &["export", "study.json", "--format", "jsonl"],
        &["strategies", &format!("none{HOSTILE}")],
        &["pruners", &format!("none{HOSTILE}")],
        &["run", &format!("none{HOSTILE}.yaml")],
        &["run", "study.json", "--set", &format!("none{HOSTILE}=1")],
        &[&format!("none{HOSTILE}")],
        &["run", &format!("--none{HOSTILE}")],
        &["clean", "study.json", "--yes"],
    ];
    for args in commands {
        let done = folder.tune(args);
        let what = args.join(" ");
        harmless(&what, &done.stdout);
        if args[0] != "run" || args.len() != 2 {
            let stderr = done.stderr.replace("\u{1b}[", "\\u{1b}[");
            let own = stderr.contains("INFO") || stderr.contains("WARN");
            if !own {
                harmless(&what, &done.stderr);
            }
        }
        assert_ne!(done.code, None, "{what}: {done:#?}");
    }
    assert!(name.contains('\u{1b}'));
}

#[test]
fn b_programs_get_the_exact_value_and_spreadsheets_no_formula() {
    let (folder, name) = folder();
    folder.tune(&["run", "study.json"]);
    let json = folder
        .ends_with(0, &["export", "study.json", "--format", "json"])
        .stdout;
    let trials: Value = serde_json::from_str(&json).unwrap();
    let choices: Vec<&str> = trials
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|trial| trial[&name].as_str())
        .collect();
    assert!(choices.contains(&name.as_str()), "{choices:?}");
    let csv = |args: &[&str]| {
        folder
            .ends_with(0, &[&["export", "study.json"], args].concat())
            .stdout
    };
    let (exact, safe) = (csv(&[]), csv(&["--safe"]));
    assert!(
        exact.contains(&name) && exact.contains(",=1+1,"),
        "{exact:?}"
    );
    assert!(
        safe.contains(",'=1+1,") && !safe.contains(",=1+1,"),
        "{safe:?}"
    );
    let (exact, safe) = (folder.read("exact.csv"), folder.read("safe.csv"));
    assert!(
        exact.contains(",=1+1,") && safe.contains(",'=1+1,"),
        "{safe:?}"
    );
}
