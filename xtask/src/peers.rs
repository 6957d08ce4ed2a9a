//! `cargo xtask peers`: the side-by-side with other optimisers. It prepares the environment; `benches/peers` does the rest.

use std::process::Command;

use crate::error::Result;
use crate::process::{self, cargo};
use crate::python;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Makes a Python environment with the peers (pinned in `benches/peers/requirements.txt`) below the target folder, builds `tune`,
runs every optimiser on the same tasks with the same seeds and budgets, and writes tables and pictures to `target/peers`.
With --quick only some tasks and peers run, within ten minutes on two cores. Run it again to resume an interrupted run.
Other arguments go to `benches/peers/run.py`: --seeds, --trials, --methods, --tasks, --surrogates FOLDER (the YAHPO networks), …";

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
    let quick = args.iter().any(|arg| arg == "--quick");
    let place = workspace.target_directory.join("peers");
    let scripts = workspace.root.join("benches/peers");
    let mut requirements = vec![scripts.join("requirements.txt")];
    if !quick {
        requirements.push(scripts.join("requirements-gp.txt"));
    }
    let python = python::environment(&place.join("python"), &requirements)?;
    process::run(cargo([
        "build",
        "--release",
        "-p",
        "tuning-cli",
        "--bin",
        "tune",
    ]))?;
    let tune = workspace
        .target_directory
        .join(format!("release/tune{}", std::env::consts::EXE_SUFFIX));
    let runs = place.join(if quick { "quick.jsonl" } else { "runs.jsonl" });

    let mut measure = Command::new(&python);
    measure
        .arg(scripts.join("run.py"))
        .arg("--out")
        .arg(&runs)
        .args(args)
        .env("TUNE", tune);
    process::run(measure)?;
    let mut report = Command::new(&python);
    report
        .arg(scripts.join("report.py"))
        .arg("--runs")
        .arg(&runs)
        .arg("--out")
        .arg(place.join(if quick { "quick" } else { "report" }));
    if let Some(at) = args.iter().position(|arg| arg == "--surrogates") {
        report.args(&args[at..args.len().min(at + 2)]);
    }
    if quick {
        report.arg("--quick");
    }
    process::run(report)
}
