//! `tune completions`: what a shell needs to complete a command line.

use clap::CommandFactory as _;

use crate::{
    args::{Cli, CompletionsArgs},
    error::CliError,
    exit::Exit,
    output::Output,
};

pub(super) fn run(args: &CompletionsArgs, out: &mut Output) -> Result<Exit, CliError> {
    // Into memory first: the generator takes it ill if what reads it goes away.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tune", &mut script);
    std::io::Write::write_all(out, &script)?;
    Ok(Exit::Done)
}
