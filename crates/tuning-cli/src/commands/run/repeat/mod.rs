//! `tune run --repeat N`: the same study with one seed after another, and what they come to together.

mod summary;

use std::num::NonZeroU64;

use tuning_core::Seed;

use self::summary::{Repeated, Summary};
use tuning_file::StudyFile;

use super::{report::Shown, session};
use crate::{
    args::RunArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say},
    signals::Signals,
};

/// Runs the study of a file with this many seeds, from its own one on. Each is a study of its own: one that
/// has ended is not run again, one that was stopped is resumed.
pub(super) async fn run(
    args: &RunArgs,
    file: &StudyFile,
    times: NonZeroU64,
    // One for all of them: a signal between two sessions counts for the next one.
    signals: &mut Signals,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut summary = Summary::new(&file.settings.name, file.objectives());
    let mut exit = Exit::Done;
    for seed in seeds(file, times)? {
        let study = file.with_seed(seed);
        let ended = session::run(args, &study, Shown::Brief, signals, out).await?;
        match ended.exit {
            Exit::Interrupted => return Ok(Exit::Interrupted),
            Exit::Done => {}
            other => exit = other,
        }
        summary.add(Repeated::new(seed, &study, &ended));
        if ended.exit == Exit::Stopped {
            break;
        }
    }
    if args.json {
        out.json(&summary.as_json())?;
    } else {
        out.laid_out(&summary.table(out.style()))?;
        out.flush()?;
        if exit == Exit::Stopped && !args.quiet {
            say("run it again to resume");
        }
    }
    Ok(exit)
}

fn seeds(file: &StudyFile, times: NonZeroU64) -> Result<impl Iterator<Item = Seed>, CliError> {
    let first = file.identity.seed.get();
    let last = first.checked_add(times.get() - 1);
    let last = last.ok_or_else(|| {
        CliError::Usage(format!(
            "there are no {times} seeds from {first} on: the last one is {}; choose a smaller `seed`",
            u64::MAX
        ))
    })?;
    Ok((first..=last).map(Seed::new))
}
