//! `cargo xtask bench`: the benchmarks of `benches/`.

use crate::error::Result;
use crate::process::{self, cargo};

pub(crate) const HELP: &str = "\
Runs `cargo bench -p benches` with its arguments: a word selects benchmarks by name, and what follows `--` goes
to criterion (`cargo xtask bench -- --save-baseline before`).";

pub(crate) fn run(args: &[String]) -> Result {
    let mut command = cargo(["bench", "-p", "benches"]);
    command.args(args);
    process::run(command)
}
