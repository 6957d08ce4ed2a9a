//! `tune ask-tell`: a study whose trials another program evaluates, in any language, over standard input
//! and output.
//!
//! `docs/ask-tell.md` of this crate describes the protocol. Here, `request` reads what comes, `answer` is
//! what goes, `wire` carries both, and `session` stands between them and the study.

mod answer;
mod lines;
mod ranking;
mod refusal;
mod request;
mod serve;
mod session;
mod wire;

use tuning_file::Extensions;

use crate::{args::AskTellArgs, error::CliError, exit::Exit, output::Output};

pub(super) fn run(
    args: &AskTellArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    // One thread does it all: a round trip is too short to pass it around.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CliError::Start)?;
    runtime.block_on(serve::run(args, extensions, out))
}
