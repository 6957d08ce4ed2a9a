//! Training in pieces is training at once.

use std::{path::Path, process::Command};

/// What it prints while it trains until this epoch with these checkpoints.
fn train(until: u32, checkpoints: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_network"))
        .env("TUNE_UNTIL", until.to_string())
        .env("TUNE_CHECKPOINT_DIR", checkpoints)
        .env("TUNE_PARAMS", r#"{"hidden": 8, "batch": 64}"#)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn work_in_pieces_ends_as_work_that_is_done_at_once() {
    let (whole, pieces) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at_once = train(4, whole.path());
    let first = train(1, pieces.path());
    let rest = train(4, pieces.path());
    assert_eq!(at_once.lines().count(), 4);
    assert_eq!(at_once, format!("{first}{rest}"));
    let network = |folder: &Path| std::fs::read(folder.join("network.json")).unwrap();
    assert_eq!(network(whole.path()), network(pieces.path()));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_network"))
        .args(["--hidden", "0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("hidden: 0"), "{said}");
}
