//! [`Table`]: columns and rows, before it is known how much room there is.

use super::{
    column::{Kind, TableColumn},
    drawn::Drawn,
    plan::Plan,
};
use crate::wording::printable;

/// A table for people, which fits a width.
///
/// Where there is no room for all columns, it does these one after the other until there is:
/// 1. text becomes narrower;
/// 2. parameters with one and the same value in all rows are told below the table;
/// 3. less important columns are left out, the last of the least important first;
/// 4. the parameters share one column, `lr=0.01 opt=adam`, and as many other columns as possible come back;
/// 5. long heads are cut, and even essential columns are left out.
///
/// What was left out is told below the table. A number is never broken, and no line is wider than the width, unless its first
/// cell is.
///
/// # Example
/// ```
/// use tuning_observers::{Importance, Table, TableColumn};
///
/// let mut table = Table::new([
///     TableColumn::number("trial"),
///     TableColumn::number("loss"),
///     TableColumn::parameter("lr"),
///     TableColumn::parameter("optimizer"),
///     TableColumn::number("took").importance(Importance::Extra),
/// ]);
/// table.row(["0", "0.25", "0.01", "adam", "3.2s"]);
/// table.row(["1", "0.5", "0.03", "adam", "2.9s"]);
/// assert_eq!(table.fit(Some(20)).to_string(), "\
/// trial  loss  lr
///     0  0.25  0.01
///     1   0.5  0.03
/// the same in all:
///   optimizer=adam
/// left out: took");
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) columns: Vec<TableColumn>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) one_line: bool,
}

impl Table {
    /// A table of these columns, without rows.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = TableColumn>) -> Self {
        let mut columns: Vec<TableColumn> = columns.into_iter().collect();
        for column in &mut columns {
            column.name = printable(&column.name).into_owned();
        }
        Self {
            columns,
            rows: Vec::new(),
            one_line: false,
        }
    }

    /// Adds a row: a cell for each column. What is missing is empty.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells = cells.into_iter();
        let mut cells: Vec<String> = cells
            .map(|cell| printable(cell.as_ref()).into_owned())
            .collect();
        cells.resize(self.columns.len(), String::new());
        self.rows.push(cells);
    }

    /// Keeps each row on one line: what does not fit is cut with an ellipsis. Otherwise text and parameters break into lines.
    #[must_use]
    pub fn one_line(mut self) -> Self {
        self.one_line = true;
        self
    }

    /// Lays it out in so many characters; everything, as wide as it is, without a width.
    #[must_use]
    pub fn fit(&self, width: Option<usize>) -> Drawn {
        Drawn::new(self, &Plan::of(self, width), width)
    }

    pub(super) fn is_parameter(&self, column: usize) -> bool {
        self.columns[column].kind == Kind::Parameter
    }

    /// The value that a column has in all rows; none if it varies, is empty, or has nothing beside it.
    pub(super) fn constant(&self, column: usize) -> Option<&str> {
        let (first, rest) = self.rows.split_first()?;
        let value = first[column].as_str();
        let is_constant = !rest.is_empty() && rest.iter().all(|row| row[column] == value);
        (is_constant && !value.is_empty()).then_some(value)
    }

    /// The parameters of these columns that a row has, as pairs.
    pub(super) fn pairs(&self, row: usize, columns: &[usize]) -> Vec<(&str, &str)> {
        let pairs = columns.iter().map(|column| {
            let value = self.rows[row][*column].as_str();
            (self.columns[*column].name.as_str(), value)
        });
        pairs.filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use console::measure_text_width;

    use super::*;
    use crate::layout::Importance;

    /// A table of so many columns of every kind, with names and cells of many widths.
    fn table(objectives: usize, parameters: usize, rows: usize) -> Table {
        let name = |what: &str, n: usize| format!("{what}{}", "_long".repeat(n % 5));
        let objective = |n| TableColumn::number(name("loss", n));
        let parameter = |n| TableColumn::parameter(name("p", n));
        let columns = [
            TableColumn::number("trial"),
            TableColumn::word("state").importance(Importance::Detail),
        ];
        let columns = columns
            .into_iter()
            .chain((0..objectives).map(objective))
            .chain((0..parameters).map(parameter))
            .chain([
                TableColumn::number("took").importance(Importance::Extra),
                TableColumn::text("failure")
                    .importance(Importance::Detail)
                    .keep_end(),
            ]);
        let mut table = Table::new(columns);
        for row in 0..rows {
            let value = |n| format!("0.{}", 123_456 + n * 7919 + row);
            let parameter = |n| match n % 4 {
                0 => format!("{}e-7", n * 37 + row + 1),
                1 => "größe 日本語 and more".to_owned(),
                2 => String::new(),
                _ => (i64::MAX - row as i64).to_string(),
            };
            let cells = [row.to_string(), "completed".to_owned()]
                .into_iter()
                .chain((0..objectives).map(value))
                .chain((0..parameters).map(parameter))
                .chain(["12m 5s", "it exited with code 1: KeyError: 'lr'"].map(str::to_owned));
            table.row(cells);
        }
        table
    }

    /// Whether what looks like a number is one of the table's.
    fn is_whole(word: &str, table: &Table) -> bool {
        let value = word.rsplit('=').next().unwrap_or_default();
        let is_cell = |cell: &String| cell == value;
        value.parse::<f64>().is_err()
            || table.rows.iter().flatten().any(is_cell)
            // Of the reason.
            || value == "1"
    }

    #[test]
    fn no_line_is_too_wide_and_no_number_is_broken() {
        for (objectives, parameters, rows) in [
            (1, 0, 0),
            (1, 1, 1),
            (1, 3, 4),
            (2, 14, 3),
            (5, 40, 2),
            (30, 2, 2),
        ] {
            for one_line in [false, true] {
                let mut table = table(objectives, parameters, rows);
                table.one_line = one_line;
                for width in (16..=240).step_by(3) {
                    let drawn = table.fit(Some(width));
                    if one_line {
                        assert_eq!(drawn.body().len(), rows, "{width}:\n{drawn}");
                    }
                    for line in drawn.to_string().lines() {
                        let taken = measure_text_width(line);
                        assert!(taken <= width, "{width}: `{line}` of\n{drawn}");
                    }
                    for word in drawn.body().iter().flat_map(|line| line.split_whitespace()) {
                        assert!(is_whole(word, &table), "{width}: `{word}` of\n{drawn}");
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_left_out_where_there_is_no_width() {
        let text = table(5, 40, 2).fit(None).to_string();
        assert_eq!(text.lines().count(), 3);
        assert!(!text.contains('…'), "{text}");
    }
}
