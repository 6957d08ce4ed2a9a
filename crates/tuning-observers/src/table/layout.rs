//! How the table looks: a column per parameter, or one for all where the width is small.

use std::time::Duration;

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, TableStyle,
    presets,
};
use tuning_core::Objectives;

use super::ranking::Row;
use crate::wording::{format_duration, format_literal, format_params, format_value, printable};

/// The width where there is no terminal.
const WIDTH: u16 = 120;

/// How a table looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// At most this many characters wide; as wide as the terminal if absent.
    pub(super) width: Option<u16>,
    lines: bool,
    bold: bool,
}

impl Look {
    pub(super) fn plain() -> Self {
        Self {
            width: None,
            lines: false,
            bold: false,
        }
    }

    pub(super) fn terminal() -> Self {
        Self {
            width: None,
            lines: true,
            bold: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    fn style(self) -> TableStyle {
        if self.lines {
            presets::UTF8_FULL_CONDENSED.with_rounded_corners()
        } else {
            presets::ASCII_MARKDOWN
        }
    }
}

/// Returns the rows as a table.
pub(super) fn draw(objectives: &Objectives, rows: &[Row], look: Look) -> String {
    let mut table = build(objectives, rows, look, &names(rows));
    let width = look.width.or(table.width()).unwrap_or(WIDTH);
    // Each column has a blank on either side and a line to its left.
    let columns = table.column_max_content_widths();
    let natural: usize = 1 + columns.iter().map(|w| usize::from(*w) + 3).sum::<usize>();
    if natural > usize::from(width) {
        table = build(objectives, rows, look, &[]);
        let partial = usize::from(rows.iter().any(|row| row.at.is_some()));
        let parameters = 1 + objectives.len() + partial;
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
        // Only the parameters are broken into lines.
        for column in table.column_iter_mut() {
            if column.index != parameters {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
    table.trim_fmt()
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

/// `names`: the parameters that have columns; if there are none, one column has all of them.
fn build(objectives: &Objectives, rows: &[Row], look: Look, names: &[&str]) -> Table {
    let partial = rows.iter().any(|row| row.at.is_some());
    let timed = rows.iter().any(|row| row.took_micros.is_some());
    let mut table = Table::new();
    table.load_style(look.style());
    if !look.lines {
        table.force_no_tty();
    }

    let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let text = |text: &str| Cell::new(printable(text));
    let mut head = vec![number("trial".to_owned())];
    head.extend(
        objectives
            .iter()
            .map(|o| number(printable(&o.name).into_owned())),
    );
    if partial {
        head.push(number("at".to_owned()));
    }
    head.extend(names.iter().map(|name| text(name)));
    if names.is_empty() {
        head.push(text("parameters"));
    }
    if timed {
        head.push(number("took".to_owned()));
    }
    if look.bold {
        head = head
            .into_iter()
            .map(|cell| cell.add_attribute(Attribute::Bold))
            .collect();
    }
    table.set_header(head);

    for row in rows {
        let mut cells = vec![number(row.trial.to_string())];
        for index in 0..objectives.len() {
            let value = row.values.as_slice().get(index);
            cells.push(number(
                value.map(|value| format_value(*value)).unwrap_or_default(),
            ));
        }
        if partial {
            cells.push(number(row.at.map(|at| at.to_string()).unwrap_or_default()));
        }
        for name in names {
            let value = row.params.get(name).map(|value| format_literal(&value));
            cells.push(text(&value.unwrap_or_default()));
        }
        if names.is_empty() {
            cells.push(text(&format_params(&row.params)));
        }
        if timed {
            let took = row.took_micros.map(Duration::from_micros);
            cells.push(number(took.map(format_duration).unwrap_or_default()));
        }
        table.add_row(cells);
    }
    table
}
