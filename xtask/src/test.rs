//! `cargo xtask test`: the doc tests, then the tests by cargo-nextest where it is installed, else by cargo itself.

use std::process::Command;

use crate::error::Result;
use crate::process::{cargo, run as run_command, succeeds};

pub(crate) const HELP: &str = "\
Builds the workspace once with all features, runs its doc tests, then its tests: by `cargo nextest run` where
cargo-nextest is installed, else by `cargo test`. Arguments go to the test runner, and doc tests are then left out
(`cargo xtask test promotes_only_the_top_third`).";

/// One set of packages and features for all that is built, so that no step builds again what another has built.
pub(crate) const WHOLE: [&str; 2] = ["--workspace", "--all-features"];

pub(crate) fn run(args: &[String]) -> Result {
    if args.is_empty() {
        println!(
            "test: builds all crates with all features (some six minutes on two cores the first time), runs the doc tests (one \
             minute), then the tests (four minutes) with {}",
            if nextest_is_installed() {
                "cargo-nextest"
            } else {
                "`cargo test` (cargo-nextest would be faster: https://nexte.st)"
            }
        );
        doc_tests()?;
    }
    tests(args)
}

/// The doc tests, which nextest does not run.
pub(crate) fn doc_tests() -> Result {
    let mut command = cargo(["test", "--doc", "--no-fail-fast"]);
    command.args(WHOLE);
    run_command(command)
}

/// The tests. They come after the doc tests, so that the runner's summary closes the output.
pub(crate) fn tests(args: &[String]) -> Result {
    let mut command = runner();
    command.args(WHOLE).arg("--no-fail-fast").args(args);
    run_command(command)
}

/// The targets that nextest runs, too: `cargo test` alone would run benchmarks and the doc tests once more.
pub(crate) fn runner() -> Command {
    if nextest_is_installed() {
        cargo(["nextest", "run"])
    } else {
        cargo(["test", "--lib", "--bins", "--tests", "--examples"])
    }
}

fn nextest_is_installed() -> bool {
    succeeds(cargo(["nextest", "--version"]))
}
