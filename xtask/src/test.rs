//! `cargo xtask test`: the tests by cargo-nextest where it is installed, else by cargo itself.

use crate::error::Result;
use crate::process::Cargo;

pub(crate) const HELP: &str = "\
Runs the doc tests, then the tests of the whole workspace: by `cargo nextest run` where cargo-nextest is
installed, else all of them by `cargo test`. Arguments go to the test runner, and doc tests are then left out
(`cargo xtask test promotes_only_the_top_third`).";

pub(crate) fn run(args: &[String]) -> Result {
    if args.is_empty() {
        doc_tests()?;
    }
    tests(args)
}

/// The doc tests, which nextest does not run. Nothing is left to do where `cargo test` does.
pub(crate) fn doc_tests() -> Result {
    if !nextest_is_installed() {
        println!("cargo-nextest is not installed: `cargo test` runs the doc tests with the others");
        return Ok(());
    }
    Cargo::new(&["test", "--doc", "--workspace", "--no-fail-fast"]).run()
}

/// The tests. They come after the doc tests, so that the runner's summary closes the output.
pub(crate) fn tests(args: &[String]) -> Result {
    let runner: &[&str] = if nextest_is_installed() {
        &["nextest", "run"]
    } else {
        &["test"]
    };
    Cargo::new(runner)
        .args(&["--workspace".to_owned(), "--no-fail-fast".to_owned()])
        .args(args)
        .run()
}

fn nextest_is_installed() -> bool {
    Cargo::new(&["nextest", "--version"]).succeeds()
}
