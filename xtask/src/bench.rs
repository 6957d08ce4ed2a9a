//! `cargo xtask bench`: the benchmarks of `benches/`.

use crate::error::Result;
use crate::process::{self, cargo};

pub(crate) const HELP: &str = "\
Runs `cargo bench -p benches` and passes its arguments on: a first word selects benchmarks by name,
what follows a `--` reaches criterion (`cargo xtask bench -- --save-baseline before`).";

pub(crate) fn run(args: &[String]) -> Result {
    let mut command = cargo(["bench", "-p", "benches"]);
    command.args(args);
    process::run(command)
}
