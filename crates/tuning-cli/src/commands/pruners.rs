//! `tune pruners`: what a study file can name to stop bad trials early.

use serde_json::{Value, json};
use tuning_core::nearest;
use tuning_file::{AnyPruner, Extensions, Kind, pruner_schema};

use super::options::{Described, describe};
use crate::{args::PrunersArgs, error::CliError, exit::Exit, output::Output, table};

pub(super) fn run(
    args: &PrunersArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut kinds: Vec<&Kind<AnyPruner>> = extensions.pruners().collect();
    if let Some(name) = &args.name {
        kinds.retain(|kind| kind.name() == name);
        if kinds.is_empty() {
            return Err(unknown(name, extensions));
        }
    }
    if args.json {
        let objects: Vec<Value> = kinds
            .iter()
            .map(|kind| {
                json!({
                    "name": kind.name(),
                    "about": kind.about(),
                    "options": kind.options(),
                    "schema": pruner_schema(kind),
                })
            })
            .collect();
        out.json(&objects)?;
    } else if args.name.is_none() {
        list(&kinds, out)?;
    } else {
        for kind in kinds {
            let options: Vec<Described<'_>> = kind
                .options()
                .into_iter()
                .map(|(name, default)| {
                    let described = kind.described(&name);
                    (name, default, described)
                })
                .collect();
            describe("pruner", (kind.name(), kind.about()), &options, out)?;
        }
    }
    Ok(Exit::Done)
}

fn unknown(name: &str, extensions: &Extensions) -> CliError {
    let names = || extensions.pruners().map(Kind::name);
    let there = names().collect::<Vec<_>>().join("`, `");
    let meant = nearest(name, names())
        .map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
    CliError::Usage(format!(
        "there is no pruner `{name}` (there are `{there}`){meant}"
    ))
}

fn list(kinds: &[&Kind<AnyPruner>], out: &mut Output) -> Result<(), CliError> {
    let options = |kind: &&Kind<AnyPruner>| {
        let options: Vec<String> = kind.options().into_iter().map(|(name, _)| name).collect();
        options.join(", ")
    };
    let options: Vec<String> = kinds.iter().map(options).collect();
    let mut table = table::described("pruner");
    for (kind, options) in kinds.iter().zip(&options) {
        table.row([kind.name(), kind.about(), options]);
    }
    let remedy = "`tune pruners NAME` tells them";
    Ok(out.laid_out(&table::fit(&table, out.style(), remedy))?)
}
