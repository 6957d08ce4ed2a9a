//! `tune import`: a study file made of a file of another tool.

use tuning_file::{FileError, document::Format, import, read_text};

use super::init::write_new;
use crate::{
    args::ImportArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say},
    shell,
};

pub(super) fn run(args: &ImportArgs, out: &mut Output) -> Result<Exit, CliError> {
    let path = &args.file;
    let text = read_text(path).map_err(|source| FileError::Read {
        path: path.clone(),
        source,
    })?;
    let format = Format::of(path).unwrap_or(Format::Yaml);
    let (shown, tune, word) = (path.display(), shell::tune(), shell::word(path));
    let imported = import(path, format, &text)
        .map_err(|problem| CliError::Usage(format!("`{shown}`: {}", problem.message)))?;
    let Some(imported) = imported else {
        return Err(CliError::Usage(format!(
            "`{shown}` is no file of a tool that is known: `{tune} import --help` lists them; \
             `{tune} validate {word}` checks a study file"
        )));
    };
    for lost in &imported.lost {
        say(format_args!("not kept: {lost}"));
    }
    match &args.output {
        Some(output) => {
            write_new(output, &imported.study, "name another file")?;
            let (tool, word) = (&imported.tool, shell::word(output));
            let output = output.display();
            say(format_args!(
                "wrote `{output}` from a file of {tool}; `{tune} validate {word}` checks it"
            ));
        }
        None => out.line(imported.study.trim_end())?,
    }
    Ok(Exit::Done)
}
