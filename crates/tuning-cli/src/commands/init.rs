//! `tune init`: a study file to start from.

use std::{fs::File, io::Write as _};

use tuning_strategies::Registry;

use crate::{
    args::InitArgs,
    document::Format,
    error::CliError,
    exit::Exit,
    output::{Output, say},
    study_file::template,
};

pub(super) fn run(args: &InitArgs, _: &Registry, _: &mut Output) -> Result<Exit, CliError> {
    let path = &args.file;
    let format = Format::of(path).ok_or_else(|| CliError::Extension { path: path.clone() })?;
    let write = |source| CliError::Write {
        what: "write",
        path: path.clone(),
        source,
    };
    let mut file = File::create_new(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => CliError::Usage(format!(
            "`{}` is there already: name another file",
            path.display()
        )),
        _ => write(source),
    })?;
    file.write_all(template(format).as_bytes()).map_err(write)?;
    let path = path.display();
    say(format_args!(
        "wrote `{path}`; `tune validate {path}` checks it, `tune run {path}` runs it"
    ));
    Ok(Exit::Done)
}
