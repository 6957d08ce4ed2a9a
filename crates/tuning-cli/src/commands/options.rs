//! The options of a strategy or a pruner as `tune strategies NAME` and `tune pruners NAME` show them.

use serde_json::Value;
use tuning_core::ConfigOption;
use tuning_observers::wrapped;

use crate::{
    error::CliError,
    output::{Dressed, Output},
};

/// One option: its name, its default and what is known of it.
pub(super) type Described<'a> = (String, Value, Option<&'a ConfigOption>);

/// Shows the options as they stand in a study file below `key`, which is `strategy` or `pruner`.
pub(super) fn describe(
    key: &str,
    (name, about): (&str, &str),
    options: &[Described<'_>],
    out: &mut Output,
) -> Result<(), CliError> {
    let bold = out.style().bold(name);
    out.dressed(&bold.text(": ").text(about))?;
    if options.is_empty() {
        out.line(format_args!("\nIt has no options:\n\n    {key}: {name}"))?;
        return Ok(());
    }
    out.line(format_args!(
        "\nIts options, with their defaults:\n\n    {key}:\n      name: {name}"
    ))?;
    let lines: Vec<String> = options
        .iter()
        .map(|(option, default, _)| format!("      {option}: {default}"))
        .collect();
    let width = lines.iter().map(|line| line.chars().count()).max();
    for (line, (.., described)) in lines.iter().zip(options) {
        match described {
            Some(described) => {
                let about = described.about();
                let range = described.range();
                let range = range.map_or_else(String::new, |range| format!(" ({range})"));
                let about = format!("{about}{range}");
                let lines = commented(line, width.unwrap_or(0), &about, out.style().width);
                out.laid_out(&Dressed::plain(&lines.join("\n")))?;
            }
            None => out.laid_out(&Dressed::plain(line))?,
        }
    }
    Ok(())
}

/// How much of a comment has to stand on a line, so that it is worth its place beside the option.
const COMMENT: usize = 24;

/// A line of YAML with a comment beside it, from this column on, or above it where that is too narrow.
fn commented(line: &str, column: usize, about: &str, room: Option<usize>) -> Vec<String> {
    let beside = column + "   # ".len();
    let broken = |width: usize| -> Vec<String> {
        let broken = wrapped(about, width);
        broken
            .lines()
            .map(|line| line.trim_start().to_owned())
            .collect()
    };
    match room {
        None => vec![format!("{line:<column$}   # {about}")],
        Some(room) if room >= beside + COMMENT => {
            let comments = broken(room - beside).into_iter().enumerate();
            let line = |(index, comment)| {
                let line = if index == 0 { line } else { "" };
                format!("{line:<column$}   # {comment}")
            };
            comments.map(line).collect()
        }
        Some(room) => {
            let indent = " ".repeat(line.len() - line.trim_start().len());
            let comments = broken(room.saturating_sub(indent.len() + 2)).into_iter();
            let comments = comments.map(|comment| format!("{indent}# {comment}"));
            comments.chain([line.to_owned()]).collect()
        }
    }
}
