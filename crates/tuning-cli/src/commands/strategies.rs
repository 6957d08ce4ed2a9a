//! `tune strategies`: what a study file can name.

use serde_json::{Value, json};
use tuning_file::options_schema;
use tuning_observers::wrapped;
use tuning_strategies::{Entry, Registry};

use crate::{
    args::StrategiesArgs,
    error::CliError,
    exit::Exit,
    output::{Dressed, Output},
    table,
};

pub(super) fn run(
    args: &StrategiesArgs,
    registry: &Registry,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let entries: Vec<Entry<'_>> = match &args.name {
        None => registry.entries().collect(),
        Some(name) => {
            let found = registry.entries().find(|entry| entry.name() == name);
            let unknown = || match registry.config(name, &serde_json::Map::new()) {
                Err(error) => CliError::Usage(error.to_string()),
                Ok(_) => CliError::Usage(format!("unknown strategy `{name}`")),
            };
            vec![found.ok_or_else(unknown)?]
        }
    };
    if args.json {
        let objects: Vec<Value> = entries
            .iter()
            .map(|entry| {
                json!({
                    "name": entry.name(),
                    "about": entry.about(),
                    "options": entry.options(),
                    "schema": options_schema(registry, entry),
                })
            })
            .collect();
        out.json(&objects)?;
    } else if args.name.is_none() {
        let options: Vec<String> = entries
            .iter()
            .map(|entry| {
                entry
                    .options()
                    .keys()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ")
            })
            .collect();
        let mut table = table::described("strategy");
        for (entry, options) in entries.iter().zip(&options) {
            table.row([entry.name(), entry.about(), options]);
        }
        out.laid_out(&table::fit(
            &table,
            out.style(),
            "`tune strategies NAME` tells them",
        ))?;
    } else {
        for entry in entries {
            describe(&entry, out)?;
        }
    }
    Ok(Exit::Done)
}

fn describe(entry: &Entry<'_>, out: &mut Output) -> Result<(), CliError> {
    let name = out.style().bold(entry.name());
    out.dressed(&name.text(": ").text(entry.about()))?;
    if entry.options().is_empty() {
        out.line("\nIt has no options:")?;
        out.line(format_args!("\n    strategy: {}", entry.name()))?;
        return Ok(());
    }
    out.line("\nIts options, with their defaults:\n")?;
    out.line(format_args!("    strategy:\n      name: {}", entry.name()))?;
    let lines: Vec<String> = entry
        .options()
        .iter()
        .map(|(option, default)| format!("      {option}: {default}"))
        .collect();
    let width = lines.iter().map(|line| line.chars().count()).max();
    for (line, option) in lines.iter().zip(entry.options().keys()) {
        match entry.described(option) {
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
