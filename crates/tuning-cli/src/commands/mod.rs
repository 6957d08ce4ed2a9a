//! The commands, one file each.

mod add;
mod ask_tell;
mod best;
mod check_strategy;
mod clean;
mod completions;
mod events;
mod export;
mod import;
mod init;
mod list;
mod logs;
mod options;
mod plan;
mod pruners;
mod repair;
mod run;
mod schema;
mod show;
mod solver;
mod status;
mod strategies;
mod trials;
mod validate;

use tuning_file::Extensions;

use crate::{
    args::Command,
    error::CliError,
    exit::Exit,
    output::{Output, say_error},
    signals::Signals,
};

/// The same with the observers that only a program with a terminal can have. They register as any others do; those
/// that have their names already stay.
pub(crate) fn with_ours(extensions: Extensions) -> Extensions {
    let taken = |name: &str| extensions.observers().any(|known| known.name() == name);
    let mut ours = run::kinds();
    ours.retain(|kind| !taken(kind.name()));
    ours.into_iter().fold(extensions, Extensions::observer_kind)
}

/// Does what the command line says.
pub(crate) fn run(command: Command, extensions: &Extensions) -> Exit {
    let mut out = Output::stdout();
    // Before anything is read: that may start a program, which is not to be left behind.
    if let Err(error) = Signals::watch() {
        let error = CliError::Start(error);
        say_error(&error);
        return error.exit();
    }
    let done = match &command {
        Command::Init(args) => init::run(args, extensions, &mut out),
        Command::Import(args) => import::run(args, &mut out),
        Command::Validate(args) => validate::run(args, extensions, &mut out),
        Command::Plan(args) => plan::run(args, extensions, &mut out),
        Command::Run(args) => run::run(args, extensions, &mut out),
        Command::Add(args) => add::run(args, extensions, &mut out),
        Command::AskTell(args) => ask_tell::run(args, extensions, &mut out),
        Command::List(args) => list::run(args, extensions, &mut out),
        Command::Status(args) => status::run(args, extensions, &mut out),
        Command::Best(args) => best::run(args, extensions, &mut out),
        Command::Trials(args) => trials::run(args, extensions, &mut out),
        Command::Show(args) => show::run(args, extensions, &mut out),
        Command::Logs(args) => logs::run(args, extensions, &mut out),
        Command::Events(args) => events::run(args, extensions, &mut out),
        Command::Export(args) => export::run(args, extensions, &mut out),
        Command::Repair(args) => repair::run(args, extensions, &mut out),
        Command::Clean(args) => clean::run(args, extensions, &mut out),
        Command::Strategies(args) => strategies::run(args, extensions.strategies(), &mut out),
        Command::Pruners(args) => pruners::run(args, extensions, &mut out),
        Command::Schema => schema::run(extensions, &mut out),
        Command::Completions(args) => completions::run(args, &mut out),
        Command::CheckStrategy(args) => check_strategy::run(args, &mut out),
        Command::Solver(args) => solver::run(args, extensions.strategies(), &mut out),
    };
    Signals::yield_to_the_end();
    let done = done.and_then(|exit| Ok(out.flush().map(|()| exit)?));
    done.unwrap_or_else(|error| {
        if !error.is_silent() {
            say_error(&error);
        }
        error.exit()
    })
}
