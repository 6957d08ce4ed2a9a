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
    view::View,
};
use tuning_file::Extensions;

pub(super) fn run(
    args: &ExportArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let view = View::of(&args.study, extensions)?;
    let all = columns::all(view.study.spec(), view.study.trials());
    let columns = match &args.columns[..] {
        [] => all,
        names => columns::choose(&all, names)?,
    };
    let format = args
        .format
        .or_else(|| of_extension(args.output.as_deref()?))
        .unwrap_or(ExportFormat::Csv);
    match &args.output {
        None => write(out, &view, &columns, format)?,
        Some(path) => {
            let failed = |source| CliError::Write {
                what: "write",
                path: path.clone(),
                source,
            };
            let mut file = BufWriter::new(File::create(path).map_err(failed)?);
            write(&mut file, &view, &columns, format)
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

fn write(
    out: &mut impl Write,
    view: &View,
    columns: &[Column],
    format: ExportFormat,
) -> io::Result<()> {
    match format {
        ExportFormat::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            csv.write_record(columns.iter().map(|column| column.name.as_str()))?;
            for trial in view.study.trials().iter() {
                csv.write_record(columns.iter().map(|column| column.of(trial).to_text()))?;
            }
            csv.flush()
        }
        ExportFormat::Json => {
            // Written one by one: a study may have more trials than one wants twice in memory.
            out.write_all(b"[")?;
            for (index, trial) in view.study.trials().iter().enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &columns::object(columns, trial))?;
            }
            out.write_all(b"\n]\n")
        }
        ExportFormat::Jsonl => {
            for trial in view.study.trials().iter() {
                serde_json::to_writer(&mut *out, &columns::object(columns, trial))?;
                out.write_all(b"\n")?;
            }
            Ok(())
        }
    }
}
