//! [`Sheet`]: a file of results as rows of cells with their places, whichever format it has. It does not know what they mean.

use std::{collections::BTreeMap, fmt, path::Path};

use tuning_core::Literal;
use tuning_file::{
    document::{Format, Node, Place, Value, quoted},
    read_text,
};

use super::number;
use crate::error::CliError;

/// A file of results.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// The names of the columns, in the order in which they come.
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// A result.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) at: At,
    /// What stands in each column, by its place among the heads; nothing where it is empty.
    pub(super) cells: BTreeMap<usize, Cell>,
}

/// What stands in a column of a row.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) at: At,
    pub(super) content: Content,
}

/// Text means what its column has it mean; in JSON a value says itself what it is.
#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Value(Value),
}

/// A line, and a column where one can be named; both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) line: u64,
    column: Option<usize>,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "{}:{column}", self.line),
            None => write!(f, "{}", self.line),
        }
    }
}

impl Content {
    /// The value, where text has to be understood by itself: a number, a boolean, or as it stands.
    pub(super) fn literal(&self) -> Result<Literal, String> {
        match self {
            Self::Text(text) => match number::read(text) {
                Some(number) => number,
                None => Ok(match text.trim() {
                    "true" | "True" | "TRUE" => true.into(),
                    "false" | "False" | "FALSE" => false.into(),
                    _ => text.as_str().into(),
                }),
            },
            Self::Value(value) => of_value(value),
        }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Value(Value::Scalar(Literal::Str(text))) => Some(text),
            Self::Value(_) => None,
        }
    }

    /// The number.
    pub(super) fn number(&self) -> Result<f64, String> {
        match self.literal()? {
            Literal::Int(value) => number::as_float(value),
            Literal::Float(value) if value.is_finite() => Ok(value),
            _ => Err(format!("is {self}, which is not a finite number")),
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(text).fmt(f),
            Self::Value(value) => value.fmt(f),
        }
    }
}

fn of_value(value: &Value) -> Result<Literal, String> {
    Ok(match value {
        Value::Null | Value::Wrong => Literal::Null,
        Value::Scalar(literal) => literal.clone(),
        Value::Large(digits) => return Err(number::too_large(digits)),
        Value::List(nodes) => {
            let items = nodes.iter().map(|node| of_value(&node.value));
            items.collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Map(entries) => {
            let value = |entry: &tuning_file::document::Entry| {
                Ok::<_, String>((entry.key.clone(), of_value(&entry.node.value)?))
            };
            Literal::map(entries.iter().map(value).collect::<Result<Vec<_>, _>>()?)
        }
    })
}

impl Sheet {
    /// Reads a file in the format of its ending.
    ///
    /// # Errors
    /// If it cannot be read as that.
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy());
        let ending = ending.unwrap_or_default().to_lowercase();
        let parse: fn(&str) -> Result<Self, String> = match &*ending {
            "csv" => csv,
            "json" => json,
            "jsonl" | "ndjson" => lines,
            _ => {
                return Err(CliError::Usage(format!(
                    "results cannot be read from `{}`: name a file that ends in `.csv`, `.json` or `.jsonl`, as `tune export` writes them",
                    path.display()
                )));
            }
        };
        let text = read_text(path).map_err(|source| CliError::Read {
            path: path.to_owned(),
            source,
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        parse(text).map_err(|message| CliError::Usage(format!("{}:{message}", path.display())))
    }

    /// The place of a column, which may be a new one.
    fn head(&mut self, places: &mut BTreeMap<String, usize>, name: &str) -> usize {
        if let Some(place) = places.get(name) {
            return *place;
        }
        let place = self.heads.len();
        self.heads.push(name.to_owned());
        places.insert(name.to_owned(), place);
        place
    }
}

fn csv(text: &str) -> Result<Sheet, String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let heads = reader.headers().map_err(|error| of_csv(&error))?.clone();
    for head in &heads {
        // Those that a spreadsheet would take for formulas: `tune export --safe`.
        let head = head.strip_prefix('\'').unwrap_or(head);
        if sheet.heads.iter().any(|other| other == head) {
            return Err(format!(
                "1: the column {} comes twice: remove one",
                quoted(head)
            ));
        }
        sheet.heads.push(head.to_owned());
    }
    for record in reader.records() {
        let record = record.map_err(|error| of_csv(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let at = At { line, column: None };
        let cells = record
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty());
        let cell = |(place, text): (usize, &str)| {
            let content = Content::Text(without_guard(text).to_owned());
            (place, Cell { at, content })
        };
        sheet.rows.push(Row {
            at,
            cells: cells.map(cell).collect(),
        });
    }
    Ok(sheet)
}

/// What `tune export --safe` has put a `'` before.
fn without_guard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if tuning_observers::inert(rest) == text => rest,
        _ => text,
    }
}

fn of_csv(error: &csv::Error) -> String {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "{line}: it has {len} cells where the first line has {expected_len}: quote cells with commas in them"
        ),
        _ => format!("{line}: it is no CSV: {error}"),
    }
}

fn json(text: &str) -> Result<Sheet, String> {
    let root = Format::Json.parse(text).map_err(|problem| {
        let at = at(&problem.place, 0);
        format!("{at}: it is no JSON: {}", problem.message)
    })?;
    let Value::List(nodes) = &root.value else {
        return Err(format!(
            "{}: it is {}: expected a list of trials, each a mapping such as `{{\"lr\": 0.1, \"loss\": 0.5}}`",
            at(&root.place, 0),
            root.value
        ));
    };
    let (mut sheet, mut places) = (Sheet::default(), BTreeMap::new());
    for node in nodes {
        object(&mut sheet, &mut places, node, 0)?;
    }
    Ok(sheet)
}

fn lines(text: &str) -> Result<Sheet, String> {
    let (mut sheet, mut places) = (Sheet::default(), BTreeMap::new());
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let node = Format::Json.parse(line).map_err(|problem| {
            let at = at(&problem.place, index);
            format!("{at}: it is no JSON: {}", problem.message)
        })?;
        object(&mut sheet, &mut places, &node, index)?;
    }
    Ok(sheet)
}

fn object(
    sheet: &mut Sheet,
    places: &mut BTreeMap<String, usize>,
    node: &Node,
    lines_before: usize,
) -> Result<(), String> {
    let here = at(&node.place, lines_before);
    let Value::Map(entries) = &node.value else {
        return Err(format!(
            "{here}: it is {}: expected a trial, a mapping such as `{{\"lr\": 0.1, \"loss\": 0.5}}`",
            node.value
        ));
    };
    let mut cells = BTreeMap::new();
    for entry in entries {
        let place = sheet.head(places, &entry.key);
        let at = at(&entry.node.place, lines_before);
        let content = Content::Value(entry.node.value.clone());
        cells.insert(place, Cell { at, content });
    }
    sheet.rows.push(Row { at: here, cells });
    Ok(())
}

fn at(place: &Place, lines_before: usize) -> At {
    match place {
        Place::File { line, column, .. } => At {
            line: (line + lines_before) as u64,
            column: Some(*column),
        },
        Place::Option(_) => At {
            line: 1,
            column: None,
        },
    }
}
