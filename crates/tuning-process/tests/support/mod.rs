//! What the tests share: the kit for a program in Python, and whether there is a Python to run it.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{io::Write as _, process::Command};

use tuning_conformance::{StrategyKit, strategy};
use tuning_core::{Problem, StrategyConfig as _, Unsupported};
use tuning_process::{ProcessConfig, ProcessPool, ProcessStrategy};

type Build = Box<dyn Fn(&Problem) -> Result<ProcessStrategy, Unsupported>>;
pub(crate) type Kit = StrategyKit<ProcessStrategy, Unsupported, Build>;

/// The laws for a script and its arguments, with processes of a pool.
pub(crate) fn kit(pool: &ProcessPool, script: &[&str]) -> Kit {
    let config = python_config(script).pool(pool);
    let build: Build = Box::new(move |problem| config.build(problem));
    strategy(build)
}

/// A strategy in Python.
pub(crate) fn python_config(script: &[&str]) -> ProcessConfig {
    // Without `-B`, two tests at once could write the same bytecode.
    ProcessConfig::new([&["python3", "-B"], script].concat())
}

/// Whether there is a Python.
pub(crate) fn python() -> bool {
    let found = Command::new("python3").arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        // Not `eprintln!`: this is not to be swallowed with the output of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: there is no `python3` to run strategies in Python with"
        );
    }
    found
}
