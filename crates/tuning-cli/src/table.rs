//! Tables for people: as wide as the terminal, and as they are elsewhere.

use tuning_core::Trial;
use tuning_observers::{Drawn, Importance, Table, TableColumn, printable};

use crate::{
    columns::{Column, Kind},
    output::{Dressed, Style},
};

/// Returns the trials as a table of these columns; those that are empty everywhere are left out.
pub(crate) fn of_trials(columns: &[Column], trials: &[&Trial]) -> Table {
    let cells = |column: &Column| -> Vec<String> {
        let cells = trials.iter().map(|trial| one_line(&column.shown(trial)));
        cells.collect()
    };
    // A column of zeros says nothing.
    let says = |column: &Column, cell: &str| {
        !cell.is_empty() && (column.kind != Kind::Retries || cell != "0")
    };
    let columns: Vec<(&Column, Vec<String>)> = columns
        .iter()
        .map(|column| (column, cells(column)))
        .filter(|(column, cells)| cells.is_empty() || cells.iter().any(|cell| says(column, cell)))
        .collect();
    let mut table = Table::new(columns.iter().map(|(column, _)| head(column)));
    for row in 0..trials.len() {
        table.row(columns.iter().map(|(_, cells)| &cells[row]));
    }
    table
}

fn head(column: &Column) -> TableColumn {
    let title = column.title();
    match column.kind {
        Kind::Trial | Kind::Objective(_) => TableColumn::number(title),
        Kind::State => TableColumn::word(title).importance(Importance::Detail),
        Kind::Parameter(_) => TableColumn::parameter(title),
        Kind::Metric(_) | Kind::Seconds | Kind::Retries => {
            TableColumn::number(title).importance(Importance::Extra)
        }
        Kind::Curve(_) => TableColumn::word(title).importance(Importance::Detail),
        Kind::Started | Kind::Ended => TableColumn::word(title).importance(Importance::Extra),
        Kind::Resource => TableColumn::number(title).importance(Importance::Detail),
        Kind::StoppedBy(_) => TableColumn::word(title).importance(Importance::Detail),
        Kind::Tag => TableColumn::text(title).importance(Importance::Extra),
        Kind::Failure | Kind::Gist => TableColumn::text(title)
            .importance(Importance::Detail)
            .keep_end(),
    }
}

/// An empty table of what a study file can name: what it is, and its options.
pub(crate) fn described(what: &str) -> Table {
    Table::new([
        TableColumn::word(what),
        TableColumn::text("about"),
        TableColumn::text("options").importance(Importance::Detail),
    ])
}

/// Lays a table out for where it goes. `remedy` says how one sees what was left out.
pub(crate) fn fit(table: &Table, style: Style, remedy: &str) -> Dressed {
    dress(&table.fit(style.width), style, remedy)
}

fn dress(drawn: &Drawn, style: Style, remedy: &str) -> Dressed {
    let mut text = style.bold(drawn.head());
    if style.is_terminal() {
        text = text.text("\n").text(&drawn.rule());
    }
    for line in drawn.body().iter().chain(&drawn.notes(remedy)) {
        text = text.text("\n").text(line);
    }
    text
}

/// The text on one line, harmless to a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push_str(" | ");
        }
        line += &printable(part);
    }
    line
}
