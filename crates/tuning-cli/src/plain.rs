//! [`Plain`]: a table without lines, for files and pipes: measured first, then written row by row.

use std::io::{self, Write};

use console::measure_text_width;
use tuning_core::Trial;
use tuning_observers::printable;

use crate::{
    columns::{Column, Kind},
    table::one_line,
};

/// The widths of a table of trials.
pub(crate) struct Plain<'a> {
    columns: &'a [Column],
    widths: Vec<usize>,
    /// Which columns say anything.
    used: Vec<bool>,
    rows: usize,
}

impl<'a> Plain<'a> {
    /// A table of these columns in which no trial was measured yet.
    pub(crate) fn new(columns: &'a [Column]) -> Self {
        Self {
            columns,
            widths: (columns.iter())
                .map(|column| measure_text_width(&printable(column.title())))
                .collect(),
            used: vec![false; columns.len()],
            rows: 0,
        }
    }

    /// Makes the columns wide enough for a trial.
    pub(crate) fn measure(&mut self, trial: &Trial) {
        self.rows += 1;
        let parts = self.widths.iter_mut().zip(&mut self.used);
        for (column, (width, used)) in self.columns.iter().zip(parts) {
            let cell = one_line(&column.shown(trial));
            *width = measure_text_width(&cell).max(*width);
            // A column of zeros says nothing.
            *used |= match column.kind {
                Kind::Retries => cell != "0",
                _ => !cell.is_empty(),
            };
        }
    }

    /// Whether there is nothing to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Writes the names of the columns.
    pub(crate) fn head(&self, out: &mut impl Write) -> io::Result<()> {
        self.line(out, |column| printable(column.title()).into_owned())
    }

    /// Writes a trial that was measured.
    pub(crate) fn row(&self, out: &mut impl Write, trial: &Trial) -> io::Result<()> {
        self.line(out, |column| one_line(&column.shown(trial)))
    }

    fn line(&self, out: &mut impl Write, cell: impl Fn(&Column) -> String) -> io::Result<()> {
        let mut line = String::new();
        let columns = self.columns.iter().zip(&self.widths).zip(&self.used);
        for ((column, width), _) in columns.filter(|(_, used)| **used) {
            let cell = cell(column);
            let blanks = " ".repeat(width - measure_text_width(&cell));
            match column.is_number() {
                true => line.extend([&*blanks, &*cell]),
                false => line.extend([&*cell, &*blanks]),
            }
            line.push_str("  ");
        }
        writeln!(out, "{}", line.trim_end())
    }
}
