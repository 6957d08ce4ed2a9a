//! Project automation: what CI runs, a developer runs. `cargo xtask --help` lists the commands.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

mod api;
mod bench;
mod ci;
mod command;
mod demo;
mod documents;
mod error;
mod fuzz;
mod manifest;
mod mutants;
mod mutations;
mod nearest;
mod new_strategy;
mod optuna;
mod outside;
mod peers;
mod process;
mod python;
mod rust_source;
mod semver;
mod stress;
mod test;
mod tidy;
mod tools;
mod torture;
mod tree;
mod workspace;

use std::process::ExitCode;

use crate::error::Error;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match command::dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            match error {
                Error::Usage(_) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}
