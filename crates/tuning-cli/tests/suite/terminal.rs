//! What a terminal shows, from a narrow one to a wide one: no line is wider than the screen, and no number is broken.

#![cfg(target_os = "linux")]

use crate::support::{Folder, screen::Terminal, timeless::timeless};

const WIDTHS: [u16; 5] = [40, 60, 80, 120, 200];

/// A study of fourteen parameters, some trials of which fail. One worker does one trial after the other, so that its journal always
/// has the same entries in the same order.
const STUDY: &str = r#"
command: |
  case ${batch} in 128) echo "Traceback (most recent call last):" >&2; echo "KeyError: 'learning_rate'" >&2; exit 1;; esac
  echo "{\"epoch\": 1, \"val_loss\": 0.9, \"accuracy\": 0.5}"
  echo "{\"epoch\": 2, \"val_loss\": ${lr}, \"accuracy\": 0.987654321}"
parameters:
  lr: {min: 1e-5, max: 0.1, log: true}
  layers: {min: 1, max: 4}
  dropout: {min: 0.0, max: 0.5}
  optimizer: {values: [adam, sgd]}
  batch: {values: [32, 64, 128], ordered: true}
  momentum: {min: 0.0, max: 0.99, when: {optimizer: sgd}}
  epochs: {value: 10}
  weight_decay: {min: 1e-8, max: 1e-2, log: true}
  conv1_kernel_size: {min: 1, max: 7}
  conv2_kernel_size: {min: 1, max: 7}
  activation: {values: [relu, gelu, "leaky relu"]}
  label_smoothing: {min: 0.0, max: 0.2}
  warmup_steps: {min: 0, max: 10000}
  scheduler: {values: [cosine, linear, none]}
objective: {name: val_loss, direction: minimize}
budget: {trials: 10}
stop_on: {failures: never}
strategy: random
workers: 1
seed: 3
"#;

/// The study in `study.db`, at its end, with times that are always the same.
fn ended(study: &str) -> Folder {
    let folder = Folder::new();
    folder.write("study.yaml", study);
    folder.ends_with(0, &["run", "--quiet", "--journal", "measured.db"]);
    timeless(
        &folder.path("measured.db"),
        &folder.path("study.db"),
        "study",
    );
    std::fs::remove_file(folder.path("measured.db")).unwrap();
    folder
}

/// What a command shows at each width.
#[track_caller]
fn at_all_widths(folder: &Folder, args: &[&str]) -> String {
    let mut shown = String::new();
    for width in WIDTHS {
        let (text, status) = Terminal::start(&folder.path("."), args, width).end();
        assert!(status.success(), "{text}");
        shown += &format!("{width:─<width$}\n{text}\n", width = usize::from(width));
    }
    shown
}

#[test]
fn a_list_of_trials_fits() {
    let folder = ended(STUDY);
    insta::assert_snapshot!(at_all_widths(&folder, &["trials"]));
}

#[test]
fn a_list_of_trials_fits_with_few_parameters_too() {
    let few: Vec<&str> = STUDY
        .lines()
        .filter(|line| {
            !line.starts_with("  ")
                || ["  case", "  echo", "  lr", "  layers", "  batch"]
                    .iter()
                    .any(|begin| line.starts_with(begin))
        })
        .collect();
    let folder = ended(&few.join("\n"));
    insta::assert_snapshot!(at_all_widths(&folder, &["trials"]));
}

#[test]
fn the_best_trials_have_all_their_parameters() {
    let folder = ended(STUDY);
    let shown = at_all_widths(&folder, &["best", "-n", "2"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn the_end_of_a_run_fits() {
    let folder = ended(STUDY);
    let shown = at_all_widths(&folder, &["run"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn a_trial_in_full_fits() {
    let folder = ended(STUDY);
    let shown = at_all_widths(&folder, &["show", "0"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn a_block_for_each_trial_fits() {
    let folder = ended(STUDY);
    let shown = at_all_widths(&folder, &["trials", "--long", "-n", "4"]);
    insta::assert_snapshot!(shown);
}

#[test]
fn the_status_fits() {
    let folder = ended(STUDY);
    let shown = at_all_widths(&folder, &["status"]);
    // How long ago the last event was, no test can know.
    let is_time = |line: &&str| line.starts_with("time") || line.trim_end().ends_with(" ago");
    let lines: Vec<&str> = shown.lines().filter(|line| !is_time(line)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn lists_and_checks_fit() {
    let folder = ended(STUDY);
    for args in [
        &["list"][..],
        &["strategies"],
        &["pruners"],
        &["validate"],
        &["validate", "--merged"],
        &["strategies", "gp"],
        &["events"],
    ] {
        let name = args.join("_").replace("--", "");
        insta::assert_snapshot!(name, at_all_widths(&folder, args));
    }
}

#[test]
fn several_objectives_and_long_names_fit() {
    let study = r#"
command: |
  echo "{\"validation_cross_entropy\": ${x}, \"latency_milliseconds\": ${y}, \"energy\": 0.123456789, \"memory_bytes\": 123456789}"
parameters:
  x: {min: 0.0, max: 1.0}
  y: {min: 1.0, max: 100.0}
  a_very_long_name_of_a_parameter: {values: [a long text of several words, größe 日本語]}
  n: {min: 1, max: 9223372036854775807}
objectives:
  - {name: validation_cross_entropy, direction: minimize}
  - {name: latency_milliseconds, direction: minimize}
  - {name: energy, direction: maximize}
  - {name: memory_bytes, direction: minimize}
budget: {trials: 6}
strategy: random
workers: 1
"#;
    let folder = ended(study);
    for command in ["trials", "best"] {
        let name = format!("several_objectives_{command}");
        insta::assert_snapshot!(name, at_all_widths(&folder, &[command]));
    }
}

#[test]
fn several_seeds_fit() {
    let folder = Folder::new();
    let study = STUDY.replace("trials: 10", "trials: 3");
    let study = study.replace("case ${batch} in 128)", "case no in yes)");
    folder.write("study.yaml", &study);
    folder.ends_with(0, &["run", "--quiet", "--repeat", "3"]);
    insta::assert_snapshot!(at_all_widths(&folder, &["run", "--repeat", "3"]));
}

#[test]
fn errors_break_between_words() {
    let folder = Folder::new();
    folder.write(
        "study.yaml",
        &STUDY
            .replace("budget: {trials", "budgett: {trials")
            .replace("max: 0.1, log", "max: 0.1, logg"),
    );
    let mut shown = String::new();
    for width in WIDTHS {
        let (text, status) = Terminal::start(&folder.path("."), &["run"], width).end();
        assert_eq!(status.code(), Some(2), "{text}");
        shown += &format!("{width:─<width$}\n{text}\n", width = usize::from(width));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn everything_is_shown_to_who_asks_for_it() {
    let folder = ended(STUDY);
    // Wider than the screen, which only has to show it: so no check of its lines.
    let piped = folder.ends_with(0, &["trials", "--wide"]).stdout;
    // All but what no trial has: who proposed it is told by other strategies than `random`.
    let head: Vec<&str> = piped.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(head.len(), 22, "{head:?}");
    assert!(
        piped.contains("0.987654") && !piped.contains('…'),
        "{piped}"
    );

    let args = ["trials", "--columns", "trial,took,failure"];
    insta::assert_snapshot!(at_all_widths(&folder, &args));
}

#[test]
fn piped_output_is_never_cut() {
    let folder = ended(STUDY);
    for args in [&["trials"][..], &["best"], &["run"], &["list"], &["status"]] {
        let done = folder.ends_with(0, args);
        let text = done.stdout + &done.stderr;
        assert!(
            !text.contains('…') && !text.contains("left out"),
            "{args:?}: {text}"
        );
        let failure = "KeyError: 'learning_rate'";
        assert!(
            !matches!(args, ["trials"]) || text.contains(failure),
            "{text}"
        );
    }
}

#[test]
fn a_terminal_that_becomes_narrower_while_a_study_runs_stays_in_order() {
    let folder = Folder::new();
    let script = "if [ \"$TUNE_TRIAL\" -ge 3 ]; then until [ -e go ]; do sleep 0.02; done; fi; echo val_loss=0.5\n";
    folder.write("trial.sh", script);
    let study = STUDY
        .lines()
        .skip_while(|line| !line.starts_with("parameters"));
    let study: Vec<&str> = study.collect();
    folder.write(
        "study.yaml",
        &format!("command: [sh, trial.sh]\n{}\n", study.join("\n")),
    );

    let mut terminal = Terminal::start(&folder.path("."), &["run"], 120);
    let bar = |text: &str| text.lines().last().unwrap_or_default().to_owned();
    let shown =
        terminal.wait_until(|text| bar(text).contains("3/10") && bar(text).contains("running"));
    assert!(bar(&shown).starts_with("study ━"), "{shown}");
    for width in [60, 40, 80] {
        terminal.resize(width);
        // Drawn anew for this width: with an ellipsis for what has no room, or in full again.
        let shown = terminal.wait_until(|text| {
            let bar = bar(text);
            bar.contains("3/10")
                && bar.contains("best val_loss 0.5")
                && (bar.ends_with('…') || width == 80 && bar.contains("study"))
        });
        assert!(bar(&shown).chars().count() <= usize::from(width), "{shown}");
    }
    folder.write("go", "");
    let (text, status) = terminal.end();
    assert!(status.success(), "{text}");
    // The bar is gone, and everything else is for the width of the end.
    assert!(!text.contains('━'), "{text}");
    let ended = text.lines().skip_while(|line| !line.starts_with("trial"));
    assert!(ended.clone().count() > 6, "{text}");
}
