//! The program `tune`: see the crate's documentation.

use std::process::ExitCode;

fn main() -> ExitCode {
    tuning_cli::main()
}
