//! `cargo xtask optuna`: Optuna judges the histories of `tuning-multifidelity`'s tests anew.

use crate::error::{Error, Result};
use crate::process::{self, cargo};
use crate::python;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Makes a Python environment with Optuna below the target folder, as `crates/tuning-multifidelity/tests/optuna/requirements.txt` pins
it, and lets its pruners judge the thousand histories that ours judge in each run of the tests. Those compare with what Optuna
said before (`verdicts.txt`); this compares with what it says now. Where Optuna cannot be installed a warning says so and why.
With --record what it says is written to `verdicts.txt`: after a change to the histories.";

pub(crate) fn run(args: &[String]) -> Result {
    if let Some(option) = args.iter().find(|arg| *arg != "--record") {
        return Err(Error::unknown("option", option, ["--record"].into_iter()));
    }
    let workspace = Workspace::load()?;
    let requirements = workspace
        .root
        .join("crates/tuning-multifidelity/tests/optuna/requirements.txt");
    let folder = workspace.target_directory.join("optuna");
    let python = match python::environment(&folder, &[requirements]) {
        Ok(python) => python,
        Err(reason) => {
            eprintln!(
                "\noptuna: WARNING: NOT COMPARED: Optuna cannot be installed here: {reason}\nThe tests compare with what it said \
                 before.\n"
            );
            return Ok(());
        }
    };
    let mut test = cargo(["test", "-p", "tuning-multifidelity", "--all-features"]);
    test.args(["--test", "suite", "--", "optuna::", "--nocapture"]);
    test.env("OPTUNA_PYTHON", python);
    if !args.is_empty() {
        test.env("OPTUNA_RECORD", "1");
    }
    process::run(test)
}
