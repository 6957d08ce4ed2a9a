//! `tune export`: all trials for other programs, in the order of their numbers, with all digits.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

#[cfg(feature = "parquet")]
use crate::parquet::ParquetRows;
use crate::{
    args::{ExportArgs, ExportFormat},
    columns::{self, Cell, Column, Stored},
    error::CliError,
    exit::Exit,
    output::{Output, json_line, json_value},
    reports::{self, ReportColumn},
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
    let rows = Rows::of(args, &walk)?;
    let failed = |path: &Path, source| CliError::Write {
        what: "write",
        path: path.to_owned(),
        source,
    };
    let create = |path: &Path| File::create(path).map_err(|source| failed(path, source));
    match (&args.output, format) {
        #[cfg(feature = "parquet")]
        (None, ExportFormat::Parquet) if out.style().is_terminal() => {
            return Err(CliError::Usage(
                "a terminal cannot show Parquet: name a file with `-o trials.parquet`".to_owned(),
            ));
        }
        #[cfg(feature = "parquet")]
        (None, ExportFormat::Parquet) => rows.write_parquet(io::stdout(), &mut walk)??,
        #[cfg(feature = "parquet")]
        (Some(path), ExportFormat::Parquet) => rows
            .write_parquet(BufWriter::new(create(path)?), &mut walk)?
            .map_err(|source| failed(path, source))?,
        (None, format) => rows.write(out, &mut walk, format, args.safe)??,
        (Some(path), format) => {
            let mut file = BufWriter::new(create(path)?);
            rows.write(&mut file, &mut walk, format, args.safe)?
                .and_then(|()| file.flush())
                .map_err(|source| failed(path, source))?;
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
        #[cfg(feature = "parquet")]
        "parquet" => Ok(ExportFormat::Parquet),
        #[cfg(not(feature = "parquet"))]
        "parquet" => Err(CliError::Usage(
            "this `tune` was built without Parquet: build it with `cargo install tuning-cli --features parquet`, or name a file that \
             ends in `.csv`, `.json` or `.jsonl`"
                .to_owned(),
        )),
        _ => Err(CliError::Usage(format!(
            "trials cannot be written as `.{ending}`: name a file that ends in `.csv`, `.json` or `.jsonl`, or choose a format \
             with `--format csv`"
        ))),
    }
}

/// What takes a row.
type Row<'a> = dyn FnMut(Vec<Cell>) -> io::Result<()> + 'a;

/// What the rows are, one after the other: a study may have more of them than one wants in memory.
enum Rows {
    Trials(Vec<Column>),
    Reports(Vec<ReportColumn>),
}

impl Rows {
    fn of(args: &ExportArgs, walk: &Walk) -> Result<Self, CliError> {
        if args.reports {
            return Ok(Self::Reports(reports::all(walk.spec(), walk.metrics())));
        }
        let all = columns::with_dropped(walk.spec(), walk.dropped(), walk.metrics());
        Ok(Self::Trials(match &args.columns[..] {
            [] => (all.into_iter())
                .filter(|column| !column.kind.is_time())
                .collect(),
            names => columns::choose(&all, names)?,
        }))
    }

    fn heads(&self, walk: &Walk) -> Vec<(String, Stored)> {
        match self {
            Self::Trials(columns) => (columns.iter())
                .map(|column| (column.name.clone(), column.stored(walk.spaces())))
                .collect(),
            Self::Reports(columns) => (columns.iter())
                .map(|column| (column.name.clone(), column.stored()))
                .collect(),
        }
    }

    /// Hands every row on. Inside is what that says.
    fn each(&self, walk: &mut Walk, row: &mut Row<'_>) -> Result<io::Result<()>, CliError> {
        match self {
            Self::Trials(columns) => {
                walk.each(|trial| row(columns.iter().map(|column| column.of(trial)).collect()))
            }
            Self::Reports(columns) => walk.each_with_reports(|trial, told| {
                told.iter().try_for_each(|told| {
                    let cells = columns.iter().map(|column| column.of(trial, told));
                    row(cells.collect())
                })
            }),
        }
    }

    /// Writes them as text. Inside is what writing says.
    fn write(
        &self,
        out: &mut impl Write,
        walk: &mut Walk,
        format: ExportFormat,
        safe: bool,
    ) -> Result<io::Result<()>, CliError> {
        let heads = self.heads(walk);
        let names = || heads.iter().map(|(name, _)| name);
        let object = |cells: Vec<Cell>| columns::object_of(names().zip(cells));
        match format {
            ExportFormat::Json => {
                let mut before: &[u8] = b"[\n";
                let written = self.each(walk, &mut |cells| {
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
            ExportFormat::Jsonl => self.each(walk, &mut |cells| json_line(out, &object(cells))),
            _ => {
                let mut csv = csv::Writer::from_writer(out);
                let cell = |text: String| match (safe, inert(&text)) {
                    (true, Cow::Owned(inert)) => inert,
                    _ => text,
                };
                if let Err(error) = csv.write_record(names().cloned().map(cell)) {
                    return Ok(Err(error.into()));
                }
                let written = self.each(walk, &mut |cells| {
                    csv.write_record(cells.iter().map(Cell::to_text).map(cell))?;
                    Ok(())
                })?;
                Ok(written.and_then(|()| csv.flush()))
            }
        }
    }

    /// Writes them as a Parquet file. Inside is what writing says.
    #[cfg(feature = "parquet")]
    fn write_parquet(
        &self,
        out: impl Write + Send,
        walk: &mut Walk,
    ) -> Result<io::Result<()>, CliError> {
        let mut file = match ParquetRows::new(out, &self.heads(walk)) {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let written = self.each(walk, &mut |cells| file.row(cells))?;
        Ok(written.and_then(|()| file.finish()))
    }
}
