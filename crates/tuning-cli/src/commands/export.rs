//! `tune export`: all trials for other programs, in the order of their numbers, with all digits.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{
    args::{ExportArgs, ExportFormat},
    columns::{self, Cell},
    error::CliError,
    exit::Exit,
    output::{Output, json_line, json_value},
    reports,
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
    match &args.output {
        None => write(out, &mut walk, args, format)??,
        Some(path) => {
            let failed = |source| CliError::Write {
                what: "write",
                path: path.clone(),
                source,
            };
            let mut file = BufWriter::new(File::create(path).map_err(failed)?);
            write(&mut file, &mut walk, args, format)?
                .and_then(|()| file.flush())
                .map_err(failed)?;
        }
    }
    Ok(Exit::Done)
}

/// Writes the trials, or their reports, one by one: a study may have more of them than one wants in memory. Inside is what
/// writing says.
fn write(
    out: &mut impl Write,
    walk: &mut Walk,
    args: &ExportArgs,
    format: ExportFormat,
) -> Result<io::Result<()>, CliError> {
    if args.reports {
        let columns = reports::all(walk.spec(), walk.metrics());
        let names = columns.iter().map(|column| column.name.clone()).collect();
        return rows(out, names, format, args.safe, |row| {
            walk.each_with_reports(|trial, told| {
                told.iter().try_for_each(|told| {
                    row(columns
                        .iter()
                        .map(|column| column.of(trial, told))
                        .collect())
                })
            })
        });
    }
    let all = columns::all(walk.spec(), walk.metrics());
    let columns = match &args.columns[..] {
        [] => (all.into_iter())
            .filter(|column| !column.kind.is_time())
            .collect(),
        names => columns::choose(&all, names)?,
    };
    let names = columns.iter().map(|column| column.name.clone()).collect();
    rows(out, names, format, args.safe, |row| {
        walk.each(|trial| row(columns.iter().map(|column| column.of(trial)).collect()))
    })
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

/// What takes a row.
type Row<'a> = dyn FnMut(Vec<Cell>) -> io::Result<()> + 'a;

/// Writes rows below these names as they come.
fn rows(
    out: &mut impl Write,
    names: Vec<String>,
    format: ExportFormat,
    safe: bool,
    each: impl FnOnce(&mut Row<'_>) -> Result<io::Result<()>, CliError>,
) -> Result<io::Result<()>, CliError> {
    let object = |cells: Vec<Cell>| columns::object_of(names.iter().zip(cells));
    match format {
        ExportFormat::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            let cell = |text: String| match (safe, inert(&text)) {
                (true, Cow::Owned(inert)) => inert,
                _ => text,
            };
            if let Err(error) = csv.write_record(names.iter().cloned().map(cell)) {
                return Ok(Err(error.into()));
            }
            let written = each(&mut |cells| {
                csv.write_record(cells.iter().map(Cell::to_text).map(cell))?;
                Ok(())
            })?;
            Ok(written.and_then(|()| csv.flush()))
        }
        ExportFormat::Json => {
            let mut before: &[u8] = b"[\n";
            let written = each(&mut |cells| {
                out.write_all(before)?;
                before = b",\n";
                json_value(out, &object(cells))
            })?;
            let end: &[u8] = if before == b"[\n" {
                b"[\n]\n"
            } else {
                b"\n]\n"
            };
            Ok(written.and_then(|()| out.write_all(end)))
        }
        ExportFormat::Jsonl => each(&mut |cells| json_line(out, &object(cells))),
    }
}
