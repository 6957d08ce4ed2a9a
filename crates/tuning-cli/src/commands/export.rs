//! `tune export`: all trials for other programs, in the order of their numbers, with all digits.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{
    args::{ExportArgs, ExportFormat},
    columns::{self, Column},
    error::CliError,
    exit::Exit,
    output::{Output, json_line, json_value},
    walk::Walk,
};
use tuning_file::Extensions;
use tuning_observers::inert;

pub(super) fn run(
    args: &ExportArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let format = format(args)?;
    let mut walk = Walk::of(&args.study, extensions)?;
    let all = columns::all(walk.spec(), walk.metrics());
    let columns = match &args.columns[..] {
        [] => all,
        names => columns::choose(&all, names)?,
    };
    match &args.output {
        None => write(out, &mut walk, &columns, format, args.safe)??,
        Some(path) => {
            let failed = |source| CliError::Write {
                what: "write",
                path: path.clone(),
                source,
            };
            let mut file = BufWriter::new(File::create(path).map_err(failed)?);
            write(&mut file, &mut walk, &columns, format, args.safe)?
                .and_then(|()| file.flush())
                .map_err(failed)?;
        }
    }
    Ok(Exit::Done)
}

/// The format that is asked for, or that of the file's ending.
fn format(args: &ExportArgs) -> Result<ExportFormat, CliError> {
    if let Some(format) = args.format {
        return Ok(format);
    }
    let ending = args.output.as_deref().and_then(Path::extension);
    let Some(ending) = ending.map(|ending| ending.to_string_lossy().to_lowercase()) else {
        return Ok(ExportFormat::Csv);
    };
    match &*ending {
        "csv" => Ok(ExportFormat::Csv),
        "json" => Ok(ExportFormat::Json),
        "jsonl" | "ndjson" => Ok(ExportFormat::Jsonl),
        _ => Err(CliError::Usage(format!(
            "trials cannot be written as `.{ending}`: name a file that ends in `.csv`, `.json` or `.jsonl`, or choose a format \
             with `--format csv`"
        ))),
    }
}

/// Writes the trials one by one: a study may have more of them than one wants in memory. Inside is what writing says.
fn write(
    out: &mut impl Write,
    walk: &mut Walk,
    columns: &[Column],
    format: ExportFormat,
    safe: bool,
) -> Result<io::Result<()>, CliError> {
    match format {
        ExportFormat::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            let cell = |text: String| match (safe, inert(&text)) {
                (true, Cow::Owned(inert)) => inert,
                _ => text,
            };
            let head = columns.iter().map(|column| cell(column.name.clone()));
            if let Err(error) = csv.write_record(head) {
                return Ok(Err(error.into()));
            }
            let written = walk.each(|trial| {
                let cells = columns.iter().map(|column| column.of(trial).to_text());
                csv.write_record(cells.map(cell))?;
                Ok(())
            })?;
            Ok(written.and_then(|()| csv.flush()))
        }
        ExportFormat::Json => {
            let mut before: &[u8] = b"[\n";
            let written = walk.each(|trial| {
                out.write_all(before)?;
                before = b",\n";
                json_value(out, &columns::object(columns, trial))
            })?;
            let end: &[u8] = if before == b"[\n" {
                b"[\n]\n"
            } else {
                b"\n]\n"
            };
            Ok(written.and_then(|()| out.write_all(end)))
        }
        ExportFormat::Jsonl => walk.each(|trial| json_line(out, &columns::object(columns, trial))),
    }
}
