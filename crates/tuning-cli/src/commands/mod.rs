//! The commands, one file each.

mod ask_tell;
mod best;
mod check_strategy;
mod clean;
mod completions;
mod events;
mod export;
mod init;
mod run;
mod schema;
mod solver;
mod status;
mod strategies;
mod trials;
mod validate;

use tuning_file::Extensions;

use crate::{
    args::Command,
    exit::Exit,
    output::{Output, say_error},
};

/// Does what the command line says.
pub(crate) fn run(command: Command, extensions: &Extensions) -> Exit {
    let mut out = Output::stdout();
    let done = match &command {
        Command::Init(args) => init::run(args, extensions.strategies(), &mut out),
        Command::Validate(args) => validate::run(args, extensions, &mut out),
        Command::Run(args) => run::run(args, extensions, &mut out),
        Command::AskTell(args) => ask_tell::run(args, extensions, &mut out),
        Command::Status(args) => status::run(args, &mut out),
        Command::Best(args) => best::run(args, &mut out),
        Command::Trials(args) => trials::run(args, &mut out),
        Command::Events(args) => events::run(args, &mut out),
        Command::Export(args) => export::run(args, &mut out),
        Command::Clean(args) => clean::run(args, &mut out),
        Command::Strategies(args) => strategies::run(args, extensions.strategies(), &mut out),
        Command::Schema => schema::run(extensions.strategies(), &mut out),
        Command::Completions(args) => completions::run(args, &mut out),
        Command::CheckStrategy(args) => check_strategy::run(args, &mut out),
        Command::Solver(args) => solver::run(args, extensions.strategies(), &mut out),
    };
    let done = done.and_then(|exit| Ok(out.flush().map(|()| exit)?));
    done.unwrap_or_else(|error| {
        if !error.is_silent() {
            say_error(&error);
        }
        error.exit()
    })
}
