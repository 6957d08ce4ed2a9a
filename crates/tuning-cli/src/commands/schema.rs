//! `tune schema`: what study files may say, for editors.

use std::io::Write as _;

use tuning_file::{Extensions, schema};

use crate::{error::CliError, exit::Exit, output::Output};

pub(super) fn run(extensions: &Extensions, out: &mut Output) -> Result<Exit, CliError> {
    // For people, too, also in a file.
    serde_json::to_writer_pretty(&mut *out, &schema(extensions)).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(Exit::Done)
}
