//! `tune strategies`: what a study file can name.

use serde_json::{Value, json};
use tuning_file::options_schema;
use tuning_strategies::{Entry, Registry};

use super::options::{Described, describe};
use crate::{args::StrategiesArgs, error::CliError, exit::Exit, output::Output, table};

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
            let options: Vec<Described<'_>> = entry
                .options()
                .iter()
                .map(|(name, default)| (name.clone(), default.clone(), entry.described(name)))
                .collect();
            describe("strategy", (entry.name(), entry.about()), &options, out)?;
        }
    }
    Ok(Exit::Done)
}
