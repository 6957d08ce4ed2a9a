//! The program `tune` with `my-strategy` in it: `cargo run -p tune -- run study.yaml`.

use std::process::ExitCode;

use my_strategy::{MyStrategyConfig, NAME};

fn main() -> ExitCode {
    let mut registry = tuning_cli::registry();
    registry.register::<MyStrategyConfig>(NAME, "say in a line what `tune strategies` says of it");
    tuning_cli::main_with(registry)
}
