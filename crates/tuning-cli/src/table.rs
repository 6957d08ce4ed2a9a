//! Tables for people: with lines on a terminal, and bare columns elsewhere.

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets,
};
use tuning_core::Trial;
use tuning_observers::printable;

use crate::{
    columns::{Column, Kind},
    output::{Dressed, Style},
};

/// Returns the trials as a table of these columns; those that are empty everywhere are left out.
pub(crate) fn of_trials(columns: &[Column], trials: &[&Trial], style: Style) -> Dressed {
    let rows: Vec<Vec<String>> = trials
        .iter()
        .map(|trial| {
            columns
                .iter()
                .map(|column| one_line(&column.shown(trial)))
                .collect()
        })
        .collect();
    let used: Vec<usize> = (0..columns.len())
        .filter(|at| trials.is_empty() || rows.iter().any(|row| !row[*at].is_empty()))
        // A column of zeros says nothing.
        .filter(|at| columns[*at].kind != Kind::Retries || rows.iter().any(|row| row[*at] != "0"))
        .collect();
    let heads: Vec<Head<'_>> = used
        .iter()
        .map(|at| Head {
            name: &columns[*at].name,
            right: columns[*at].is_number(),
            wide: matches!(columns[*at].kind, Kind::Failure | Kind::Gist),
        })
        .collect();
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| used.iter().map(|at| row[*at].as_str()).collect())
        .collect();
    draw(&heads, &rows, style)
}

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) name: &'a str,
    pub(crate) right: bool,
    /// Whether it is the one to be broken into lines where the width is small.
    pub(crate) wide: bool,
}

/// Returns a table.
pub(crate) fn draw(heads: &[Head<'_>], rows: &[Vec<&str>], style: Style) -> Dressed {
    let mut table = Table::new();
    if style.is_terminal {
        table.load_style(presets::UTF8_FULL_CONDENSED.with_rounded_corners());
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if !style.has_colours() {
            table.style_text_only();
        }
    } else {
        table.load_style(presets::NOTHING).force_no_tty();
    }
    let align = |right: bool| {
        if right {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        }
    };
    let head = heads.iter().map(|head| {
        let cell = Cell::new(printable(head.name)).set_alignment(align(head.right));
        if style.has_colours() {
            cell.add_attribute(Attribute::Bold)
        } else {
            cell
        }
    });
    table.set_header(head);
    for row in rows {
        let cells = row
            .iter()
            .zip(heads)
            .map(|(text, head)| Cell::new(printable(text)).set_alignment(align(head.right)));
        table.add_row(cells);
    }
    for (column, head) in table.column_iter_mut().zip(heads) {
        if !style.is_terminal {
            // One blank on the left makes two between columns.
            column.set_padding((0, 2));
        } else if head.wide {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(24)));
        }
    }
    Dressed::drawn(table.trim_fmt())
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
