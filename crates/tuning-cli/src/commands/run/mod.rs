//! `tune run`: runs a study, or goes on with it where it was.

mod counted;
mod finished;
mod observers;
mod report;
mod session;
mod signals;

pub(super) use self::{observers::Observers, session::builder, signals::Signals};
use crate::{
    args::RunArgs, error::CliError, exit::Exit, extensions::Extensions, output::Output,
    study_file::load,
};

pub(super) fn run(
    args: &RunArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let file = load(&args.file, &args.settings.overrides(), extensions)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Start)?;
    let exit = runtime.block_on(session::run(args, file, out));
    // What is left, after a third ctrl-c, is dropped: that kills the programs of running trials.
    drop(runtime);
    exit
}
