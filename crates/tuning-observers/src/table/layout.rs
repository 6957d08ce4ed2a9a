//! How the table looks: a column per parameter, or one for all where the width is small.

use std::time::Duration;

use tuning_core::Objectives;

use super::ranking::Row;
use crate::{
    layout::{Importance, Table, TableColumn, stdout_width},
    wording::{format_duration, format_literal, format_value},
};

/// How a table looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// At most this many characters wide; as wide as the terminal if absent.
    pub(super) width: Option<usize>,
    is_terminal: bool,
    bold: bool,
}

impl Look {
    pub(super) fn plain() -> Self {
        Self {
            width: None,
            is_terminal: false,
            bold: false,
        }
    }

    pub(super) fn terminal() -> Self {
        Self {
            width: None,
            is_terminal: true,
            bold: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// The width of the moment; none where there is no end of a line.
    pub(super) fn room(self) -> Option<usize> {
        let terminal = || stdout_width().filter(|_| self.is_terminal);
        self.width.or_else(terminal)
    }
}

/// Returns the rows as a table.
pub(super) fn draw(objectives: &Objectives, rows: &[Row], look: Look) -> String {
    let drawn = table(objectives, rows).fit(look.room());
    let head = match look.bold {
        true => format!("\x1b[1m{}\x1b[0m", drawn.head()),
        false => drawn.head().to_owned(),
    };
    let rule = look.is_terminal.then(|| drawn.rule());
    let lines = [head].into_iter().chain(rule);
    let lines = lines
        .chain(drawn.body().iter().cloned())
        .chain(drawn.notes(""));
    lines.collect::<Vec<_>>().join("\n")
}

fn table(objectives: &Objectives, rows: &[Row]) -> Table {
    let partial = rows.iter().any(|row| row.at.is_some());
    let timed = rows.iter().any(|row| row.took_micros.is_some());
    let names = names(rows);
    let mut columns = vec![TableColumn::number("trial")];
    columns.extend(
        objectives
            .iter()
            .map(|o| TableColumn::number(o.name.as_str())),
    );
    if partial {
        columns.push(TableColumn::number("at").importance(Importance::Detail));
    }
    columns.extend(names.iter().map(|name| TableColumn::parameter(*name)));
    if timed {
        columns.push(TableColumn::number("took").importance(Importance::Extra));
    }

    let mut table = Table::new(columns);
    for row in rows {
        let mut cells = vec![row.trial.to_string()];
        for index in 0..objectives.len() {
            let value = row.values.as_slice().get(index);
            cells.push(value.map(|value| format_value(*value)).unwrap_or_default());
        }
        if partial {
            cells.push(row.at.map(|at| at.to_string()).unwrap_or_default());
        }
        for name in &names {
            let value = row.params.get(name).map(|value| format_literal(&value));
            cells.push(value.unwrap_or_default());
        }
        if timed {
            let took = row.took_micros.map(Duration::from_micros);
            cells.push(took.map(format_duration).unwrap_or_default());
        }
        table.row(cells);
    }
    table
}

/// The names of all parameters that are active somewhere, in the order of their first appearance.
fn names(rows: &[Row]) -> Vec<&str> {
    let mut names = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| row.params.iter()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
