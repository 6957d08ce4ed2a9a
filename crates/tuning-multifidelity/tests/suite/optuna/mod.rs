//! Our pruners and Optuna's judge the same thousand histories alike.
//!
//! `verdicts.txt` is what Optuna 5.0.0 said. `cargo xtask optuna` asks it again where it can be installed.

mod history;

use std::{collections::BTreeMap, env, fs, path::Path, process::Command};

use self::history::{History, stops};

/// How many histories there are: two hundred for each rule.
const HISTORIES: u64 = 1_000;

/// The interpreter that has Optuna: then it judges now, and what it said before must be the same.
const PYTHON: &str = "OPTUNA_PYTHON";

/// Set beside it: what it says is recorded.
const RECORD: &str = "OPTUNA_RECORD";

/// What Optuna says of each history: a line of a digit for each report.
fn judged_by_optuna(histories: &[History]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/optuna");
    let record = folder.join("verdicts.txt");
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    let Some(python) = env::var_os(PYTHON) else {
        return lines(fs::read_to_string(record).unwrap());
    };
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (written, said) = (place.join("histories.jsonl"), place.join("verdicts.txt"));
    let all: Vec<String> = histories.iter().map(|one| one.json().to_string()).collect();
    fs::write(&written, all.join("\n")).unwrap();
    let mut judge = Command::new(python);
    judge.arg(folder.join("judge.py")).arg(&written).arg(&said);
    let status = judge.status().unwrap();
    assert!(status.success(), "{judge:?}: {status}");
    let now = fs::read_to_string(&said).unwrap();
    match env::var_os(RECORD) {
        Some(_) => fs::write(record, &now).unwrap(),
        None => {
            let before = fs::read_to_string(record).unwrap();
            assert_eq!(
                now, before,
                "Optuna says otherwise than verdicts.txt has it"
            );
        }
    }
    lines(now)
}

#[test]
fn a_thousand_histories_are_judged_as_optuna_judges_them() {
    let histories: Vec<History> = (0..HISTORIES).map(History::draw).collect();
    let optuna = judged_by_optuna(&histories);
    assert_eq!(optuna.len(), histories.len());
    let mut counts = BTreeMap::<&str, (usize, usize)>::new();
    let mut differ = Vec::new();
    for (number, (history, expected)) in histories.iter().zip(&optuna).enumerate() {
        let judged = history.judged();
        let (stopped, all) = counts.entry(history.name).or_default();
        (*stopped, *all) = (*stopped + stops(&judged), *all + judged.len());
        if judged != *expected {
            differ.push(format!(
                "{number}, {}\n  ours   {judged}\n  Optuna {expected}\n",
                history.json()["pruner"]
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{} histories are judged otherwise:\n{}",
        differ.len(),
        differ[..differ.len().min(5)].concat()
    );
    for (name, (stopped, all)) in counts {
        let is_telling = stopped > 100 && all - stopped > 100;
        assert!(
            is_telling,
            "{name}: {stopped} of {all} reports stop a trial"
        );
    }
}
