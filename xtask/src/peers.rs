//! `cargo xtask peers`: the side-by-side with other optimisers. It prepares the environment; `benches/peers` does the rest.

use std::process::Command;

use crate::error::{Error, Result};
use crate::process::{self, cargo};
use crate::python;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Makes a Python environment with the peers (pinned in `benches/peers/requirements.txt`) below the target folder, builds `tune`,
runs every optimiser on the same tasks with the same seeds and budgets, and writes tables and pictures to `target/peers`.
With --quick only some tasks and peers run, within ten minutes on two cores. Run it again to resume an interrupted run.
With --fidelity it is those that judge trials before they are whole, with workers in virtual time, in environments of their
own (`benches/peers/requirements-fidelity.txt`, `requirements-fidelity-new.txt`).
Other arguments go to `benches/peers/run.py` or `fidelity.py`: --seeds, --methods, --tasks, --surrogates FOLDER (the YAHPO
networks), …";

/// A side-by-side: the environments with what they need, what measures in each of them and what writes the tables in the
/// first, and where these are. What an environment lacks, the measuring script leaves to the others.
struct Comparison {
    environments: &'static [(&'static str, &'static [&'static str])],
    measure: &'static str,
    report: &'static str,
    runs: &'static str,
    out: &'static str,
}

const WHOLE: Comparison = Comparison {
    environments: &[("python", &["requirements.txt", "requirements-gp.txt"])],
    measure: "run.py",
    report: "report.py",
    runs: "runs.jsonl",
    out: "report",
};

/// Without what takes gigabytes.
const QUICK: Comparison = Comparison {
    environments: &[("python", &["requirements.txt"])],
    runs: "quick.jsonl",
    out: "quick",
    ..WHOLE
};

const FIDELITY: Comparison = Comparison {
    environments: &[
        ("python-fidelity", &["requirements-fidelity.txt"]),
        ("python-fidelity-new", &["requirements-fidelity-new.txt"]),
    ],
    measure: "fidelity.py",
    report: "fidelity_report.py",
    runs: "fidelity.jsonl",
    out: "fidelity.md",
};

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let quick = has("--quick");
    let chosen = match (has("--fidelity"), quick) {
        (true, true) => {
            return Err(Error::Usage(
                "--fidelity has no --quick: name --tasks, --methods and --seeds".into(),
            ));
        }
        (true, false) => FIDELITY,
        (false, true) => QUICK,
        (false, false) => WHOLE,
    };
    let place = workspace.target_directory.join("peers");
    let scripts = workspace.root.join("benches/peers");
    let mut pythons = Vec::new();
    for (name, files) in chosen.environments {
        let files: Vec<_> = files.iter().map(|file| scripts.join(file)).collect();
        pythons.push(python::environment(&place.join(name), &files)?);
    }
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
    let runs = place.join(chosen.runs);

    for python in &pythons {
        let mut measure = Command::new(python);
        measure
            .arg(scripts.join(chosen.measure))
            .arg("--out")
            .arg(&runs)
            .args(args.iter().filter(|arg| *arg != "--fidelity"))
            .env("TUNE", &tune);
        process::run(measure)?;
    }
    let mut report = Command::new(&pythons[0]);
    report
        .arg(scripts.join(chosen.report))
        .arg("--runs")
        .arg(&runs)
        .arg("--out")
        .arg(place.join(chosen.out));
    if let Some(at) = args.iter().position(|arg| arg == "--surrogates") {
        report.args(&args[at..args.len().min(at + 2)]);
    }
    if quick {
        report.arg("--quick");
    }
    process::run(report)
}
