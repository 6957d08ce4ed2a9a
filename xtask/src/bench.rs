//! `cargo xtask bench`: the benchmarks of `benches/`.

use crate::error::Result;
use crate::process::Cargo;

pub(crate) const HELP: &str = "\
Runs `cargo bench -p benches` and passes its arguments on: a first word selects benchmarks by name,
what follows a `--` reaches criterion (`cargo xtask bench -- --save-baseline before`).";

pub(crate) fn run(args: &[String]) -> Result {
    Cargo::new(&["bench", "-p", "benches"]).args(args).run()
}
