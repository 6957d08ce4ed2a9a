//! `tune init`: a study file to start from.

use std::{fs::File, io::Write as _, path::Path};

use tuning_file::{
    Extensions, FileError, SCHEMA_FILE, document::Format, read_text, schema, template,
};

use crate::{
    args::InitArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say},
    shell,
};

pub(super) fn run(
    args: &InitArgs,
    extensions: &Extensions,
    _: &mut Output,
) -> Result<Exit, CliError> {
    let path = &args.file;
    let format = Format::of(path).ok_or_else(|| FileError::Extension { path: path.clone() })?;
    if path.exists() {
        return Err(there_already(path, "name another file"));
    }
    if args.schema {
        let beside = path.with_file_name(SCHEMA_FILE);
        let text = serde_json::to_string_pretty(&schema(extensions)).unwrap_or_default() + "\n";
        // One that is there and says the same is welcome.
        if read_text(&beside).ok().as_deref() != Some(&text) {
            let renew = format!(
                "`{} schema > {}` updates it",
                shell::tune(),
                shell::word(&beside)
            );
            write_new(&beside, &text, &renew)?;
        }
    }
    write_new(path, &template(format, args.schema), "name another file")?;
    let (shown, tune, word) = (path.display(), shell::tune(), shell::word(path));
    say(format_args!(
        "wrote `{shown}`; `{tune} validate {word}` checks it, `{tune} run {word}` runs it"
    ));
    Ok(Exit::Done)
}

fn there_already(path: &Path, remedy: &str) -> CliError {
    CliError::Usage(format!("`{}` already exists: {remedy}", path.display()))
}

pub(super) fn write_new(path: &Path, text: &str, remedy: &str) -> Result<(), CliError> {
    let write = |source| CliError::Write {
        what: "write",
        path: path.to_owned(),
        source,
    };
    let mut file = File::create_new(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => there_already(path, remedy),
        _ => write(source),
    })?;
    file.write_all(text.as_bytes()).map_err(write)
}
