//! [`Drawn`]: a table as lines.

use std::fmt;

use console::measure_text_width;

use super::{
    cells,
    column::Kind,
    plan::{GAP, PARAMS_HEAD, Part, Plan},
    table::Table,
    words::wrapped,
};

/// A table that was laid out by [`Table::fit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    width: Option<usize>,
    widths: Vec<usize>,
    head: String,
    body: Vec<String>,
    same: String,
    left_out: Vec<String>,
    is_cut: bool,
}

impl Drawn {
    pub(super) fn new(table: &Table, plan: &Plan, width: Option<usize>) -> Self {
        let mut this = Self {
            width,
            widths: plan.parts.iter().map(|(_, width)| *width).collect(),
            head: String::new(),
            body: Vec::new(),
            same: cells::lines(&table.pairs_of_all(&plan.same), usize::MAX).join(" "),
            left_out: (plan.left_out.iter())
                .map(|column| table.columns[*column].name.clone())
                .collect(),
            is_cut: false,
        };
        let rights: Vec<bool> = (plan.parts.iter())
            .map(|(part, _)| matches!(part, Part::Column(column) if table.columns[*column].is_right()))
            .collect();
        let heads = plan.parts.iter().map(|(part, width)| match part {
            Part::Column(column) => vec![cells::cut(&table.columns[*column].name, *width)],
            Part::Params(_) => vec![cells::cut(PARAMS_HEAD, *width)],
        });
        this.head = aligned(&heads.collect::<Vec<_>>(), &this.widths, &rights).concat();
        for row in 0..table.rows.len() {
            let cells = plan
                .parts
                .iter()
                .map(|(part, width)| this.cell(table, row, part, *width));
            let cells: Vec<Vec<String>> = cells.collect();
            this.is_cut |= table.one_line && cells.iter().flatten().any(|cell| cell.contains('…'));
            this.body.extend(aligned(&cells, &this.widths, &rights));
        }
        this
    }

    /// The names of the columns, on one line.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.head
    }

    /// A line under the head, as wide as the columns are.
    #[must_use]
    pub fn rule(&self) -> String {
        let rules: Vec<String> = self.widths.iter().map(|width| "─".repeat(*width)).collect();
        rules.join(&" ".repeat(GAP))
    }

    /// The rows, as lines.
    #[must_use]
    pub fn body(&self) -> &[String] {
        &self.body
    }

    /// What to say below it: parameters that are the same in all rows, and columns that were left out. `remedy` says how all of it
    /// is seen; it may be empty.
    #[must_use]
    pub fn notes(&self, remedy: &str) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.same.is_empty() {
            notes.push(format!("the same in all: {}", self.same));
        }
        let remedy = match remedy {
            "" => String::new(),
            remedy => format!(" ({remedy})"),
        };
        match &self.left_out[..] {
            [] if self.is_cut && !remedy.is_empty() => notes.push(format!("shortened{remedy}")),
            [] => {}
            names => notes.push(format!("left out: {}{remedy}", names.join(", "))),
        }
        match self.width {
            // A name may be wider than all of it.
            Some(width) => {
                let wrapped = notes.iter().map(|note| wrapped(note, width));
                let lines = wrapped.flat_map(|note| {
                    note.lines()
                        .map(|line| cells::cut(line, width))
                        .collect::<Vec<_>>()
                });
                lines.collect()
            }
            None => notes,
        }
    }

    fn cell(&self, table: &Table, row: usize, part: &Part, width: usize) -> Vec<String> {
        match part {
            Part::Column(column) => {
                let (cell, head) = (table.rows[row][*column].as_str(), &table.columns[*column]);
                match head.kind {
                    Kind::Text if !table.one_line => cells::broken(cell, width),
                    Kind::Text if head.keeps_end => vec![cells::cut_start(cell, width)],
                    Kind::Text => vec![cells::cut(cell, width)],
                    _ => vec![cell.to_owned()],
                }
            }
            Part::Params(columns) => {
                let pairs = table.pairs(row, columns);
                match table.one_line {
                    true => vec![cells::line(&pairs, width)],
                    false => cells::lines(&pairs, width),
                }
            }
        }
    }
}

impl Table {
    /// The parameters of these columns, which are the same in all rows.
    fn pairs_of_all(&self, columns: &[usize]) -> Vec<(&str, &str)> {
        match self.rows.len() {
            0 => Vec::new(),
            _ => self.pairs(0, columns),
        }
    }
}

/// Cells side by side, in as many lines as the highest has.
fn aligned(cells: &[Vec<String>], widths: &[usize], rights: &[bool]) -> Vec<String> {
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let mut line = String::new();
        for ((cell, width), right) in cells.iter().zip(widths).zip(rights) {
            let cell = cell.get(at).map_or("", String::as_str);
            let blanks = " ".repeat(width.saturating_sub(measure_text_width(cell)));
            match right {
                true => line.extend([&*blanks, cell]),
                false => line.extend([cell, &*blanks]),
            }
            line.push_str(&" ".repeat(GAP));
        }
        line.truncate(line.trim_end().len());
        line
    };
    (0..height).map(line).collect()
}

impl fmt::Display for Drawn {
    /// The head, the rows and the notes, without an end of line at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)?;
        for line in self.body.iter().chain(&self.notes("")) {
            write!(f, "\n{line}")?;
        }
        Ok(())
    }
}
