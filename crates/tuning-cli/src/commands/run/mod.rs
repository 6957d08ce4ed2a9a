//! `tune run`: runs a study, or resumes it.

mod advice;
mod counted;
mod kinds;
mod log;
mod observers;
mod repeat;
mod report;
mod session;

pub(crate) use self::kinds::kinds;
use self::report::Shown;
pub(super) use self::{
    observers::Observers,
    session::{accept_loss, say_amended},
};
use tuning_file::{Extensions, StudyFile};

use crate::{args::RunArgs, error::CliError, exit::Exit, output::Output, signals::Signals};

pub(super) fn run(
    args: &RunArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Start)?;
    // First of all: reading the file may already start a program, which is not to be left behind.
    let mut signals = {
        let _inside = runtime.enter();
        Signals::listen().map_err(CliError::Start)?
    };
    let file = args.settings.read(&args.file, extensions)?;
    let exit = runtime.block_on(async {
        match args.repeat {
            Some(times) => repeat::run(args, &file, times, &mut signals, out).await,
            None => once(args, &file, &mut signals, out).await,
        }
    });
    // What is left, after a third ctrl-c, is dropped: that kills the programs of running trials.
    drop(runtime);
    exit
}

async fn once(
    args: &RunArgs,
    file: &StudyFile,
    signals: &mut Signals,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let ended = session::run(args, file, Shown::Whole, signals, out).await?;
    if let (true, Some(object)) = (args.json, &ended.object) {
        out.json(object)?;
    }
    Ok(ended.exit)
}
