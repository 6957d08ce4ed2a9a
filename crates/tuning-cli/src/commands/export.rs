//! `tune export`: all trials for other programs, in the order of their numbers, with all digits.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{
    args::{ExportArgs, ExportFormat},
    columns::{self, Column},
    error::CliError,
    exit::Exit,
    output::Output,
    walk::Walk,
};
use tuning_file::Extensions;

pub(super) fn run(
    args: &ExportArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut walk = Walk::of(&args.study, extensions)?;
    let all = columns::all(walk.spec(), walk.metrics());
    let columns = match &args.columns[..] {
        [] => all,
        names => columns::choose(&all, names)?,
    };
    let format = args
        .format
        .or_else(|| of_extension(args.output.as_deref()?))
        .unwrap_or(ExportFormat::Csv);
    match &args.output {
        None => write(out, &mut walk, &columns, format)??,
        Some(path) => {
            let failed = |source| CliError::Write {
                what: "write",
                path: path.clone(),
                source,
            };
            let mut file = BufWriter::new(File::create(path).map_err(failed)?);
            write(&mut file, &mut walk, &columns, format)?
                .and_then(|()| file.flush())
                .map_err(failed)?;
        }
    }
    Ok(Exit::Done)
}

fn of_extension(path: &Path) -> Option<ExportFormat> {
    match path.extension()?.to_str()? {
        "csv" => Some(ExportFormat::Csv),
        "json" => Some(ExportFormat::Json),
        "jsonl" | "ndjson" => Some(ExportFormat::Jsonl),
        _ => None,
    }
}

/// Writes the trials one by one: a study may have more of them than one wants in memory. Inside is what writing says.
fn write(
    out: &mut impl Write,
    walk: &mut Walk,
    columns: &[Column],
    format: ExportFormat,
) -> Result<io::Result<()>, CliError> {
    match format {
        ExportFormat::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            if let Err(error) = csv.write_record(columns.iter().map(|column| column.name.as_str()))
            {
                return Ok(Err(error.into()));
            }
            let written = walk.each(|trial| {
                csv.write_record(columns.iter().map(|column| column.of(trial).to_text()))?;
                Ok(())
            })?;
            Ok(written.and_then(|()| csv.flush()))
        }
        ExportFormat::Json => {
            let mut before: &[u8] = b"[\n";
            let written = walk.each(|trial| {
                out.write_all(before)?;
                before = b",\n";
                Ok(serde_json::to_writer(
                    &mut *out,
                    &columns::object(columns, trial),
                )?)
            })?;
            let end: &[u8] = if before == b"[\n" {
                b"[\n]\n"
            } else {
                b"\n]\n"
            };
            Ok(written.and_then(|()| out.write_all(end)))
        }
        ExportFormat::Jsonl => walk.each(|trial| {
            serde_json::to_writer(&mut *out, &columns::object(columns, trial))?;
            out.write_all(b"\n")
        }),
    }
}
