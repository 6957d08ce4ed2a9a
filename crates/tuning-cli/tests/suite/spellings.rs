//! What other tools call it. The tables of the README are the cases: what stands in the first column means
//! what stands in the third, or is refused with what stands there after `no:`.

use crate::support::Folder;
use serde_json::Value;

/// A row of one of the tables: what they write, what is to be written here, and whether theirs does.
struct Row {
    theirs: String,
    ours: String,
    accepted: bool,
}

/// The rows of the table after this heading.
fn rows(heading: &str) -> Vec<Row> {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once(heading).unwrap();
    let lines = rest.lines().skip_while(|line| !line.starts_with('|'));
    let table = lines.take_while(|line| line.starts_with('|')).skip(2);
    let code = |cell: &str| {
        let (_, rest) = cell
            .split_once('`')
            .unwrap_or_else(|| panic!("no code in {cell}"));
        rest.split('`').next().unwrap().to_owned()
    };
    let rows: Vec<Row> = table
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            Row {
                theirs: code(cells[1]),
                ours: code(cells[3]),
                accepted: !cells[3].trim().starts_with("no:"),
            }
        })
        .collect();
    assert!(rows.len() > 5, "{heading}: {}", rows.len());
    rows
}

/// Says of each row what `tune validate` makes of both sides, in a file made by `study`.
fn check(rows: &[Row], study: impl Fn(&str) -> String) {
    let folder = Folder::new();
    folder.write("trial.sh", crate::support::TRIAL);
    let validate = |text: &str| {
        folder.write("study.yaml", &study(text));
        folder.tune(&["validate", "study.yaml", "--json"])
    };
    let mut wrong = Vec::new();
    for row in rows {
        let theirs = validate(&row.theirs);
        let right = if row.accepted {
            let ours = validate(&row.ours);
            let meaning = |text: &str| {
                let mut json: Value = serde_json::from_str(text).unwrap_or_default();
                json.as_object_mut().map(|json| json.remove("file"));
                json
            };
            ours.code == Some(0) && meaning(&theirs.stdout) == meaning(&ours.stdout)
        } else {
            // One error with its place, and nothing that follows from it.
            theirs.code == Some(2)
                && theirs.stderr.contains(&row.ours)
                && theirs.stderr.matches("study.yaml:").count() == 1
        };
        if !right {
            wrong.push(format!(
                "{}\n{}{}",
                row.theirs, theirs.stdout, theirs.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parameters_mean_what_the_table_says() {
    check(&rows("### Their parameters"), |parameter| {
        format!(
            "command: [sh, trial.sh]\nobjective: {{name: loss, direction: minimize}}\nbudget: {{trials: 1}}\n\
             parameters:\n  x: {parameter}\n"
        )
    });
}

#[test]
fn other_keys_mean_what_the_table_says() {
    // The rest of a study, without what the row says itself.
    const REST: [(&str, &str); 4] = [
        ("command program", "command: [sh, trial.sh]"),
        (
            "parameters search_space",
            "parameters: {x: {min: 0.0, max: 1.0}}",
        ),
        (
            "objective objectives metric direction directions mode",
            "objective: {name: loss, direction: minimize}",
        ),
        (
            "budget run_cap num_samples max_trials max_evals n_trials time_budget_s",
            "budget: {trials: 1}",
        ),
    ];
    check(&rows("### Their other keys"), |lines| {
        let words: Vec<&str> = lines.split([':', ' ', '{', ',']).collect();
        let rest = REST
            .iter()
            .filter(|(keys, _)| !keys.split(' ').any(|key| words.contains(&key)));
        let rest: Vec<&str> = rest.map(|(_, line)| *line).collect();
        format!("{}\n{}\n", rest.join("\n"), lines.replace("; ", "\n"))
    });
}

#[test]
fn two_words_for_the_same_thing_are_refused_and_the_command_line_goes_first() {
    let folder = Folder::with_study();
    folder.write(
        "study.yaml",
        &format!("{}run_cap: 5\n", crate::support::STUDY),
    );
    let error = folder.ends_with(2, &["validate", "study.yaml"]).stderr;
    assert!(
        error.contains("study.yaml:9:1: `budget.trials` and `run_cap` are both given and mean the same: keep one"),
        "{error}"
    );
    folder.write("study.yaml", crate::support::STUDY);
    let checked = folder
        .ends_with(0, &["validate", "study.yaml", "--set", "run_cap=5"])
        .stdout;
    assert!(checked.contains("5 trials"), "{checked}");
    let twice = crate::support::STUDY.replace("{min: 0.0,", "{min: 0.0, low: 0.1,");
    folder.write("study.yaml", &twice);
    let error = folder.ends_with(2, &["validate", "study.yaml"]).stderr;
    assert!(
        error.contains("`parameters.x.min` and `low` are both given"),
        "{error}"
    );
}

#[test]
fn a_whole_file_of_another_tool_is_read_or_refused_in_one_go() {
    let folder = Folder::new();
    folder.write("train.py", "");
    folder.write(
        "sweep.yaml",
        "program: train.py\nmethod: bayes\nmetric: {name: loss, goal: minimize}\nrun_cap: 20\n\
         early_terminate: {type: hyperband, min_iter: 3, max_iter: 27}\nparameters:\n\
         \x20 lr: {distribution: log_uniform, min: -9.21, max: -2.3}\n\
         \x20 dropout: {distribution: q_uniform, min: 0, max: 0.5, q: 0.1}\n\
         \x20 layers: {distribution: int_uniform, min: 1, max: 4}\n\
         \x20 optimizer: {values: [adam, sgd]}\n\
         \x20 momentum: {distribution: normal, mu: 0.9, sigma: 0.01}\n\
         command: [\"${env}\", \"${interpreter}\", \"${program}\", \"${args}\"]\n",
    );
    insta::assert_snapshot!(folder.ends_with(2, &["validate", "sweep.yaml"]).stderr);
}
