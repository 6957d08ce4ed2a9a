//! [`Plan`]: which columns a table shows in a width, and how wide each is.

use console::measure_text_width;

use super::{
    cells::NAME,
    column::{Importance, Kind},
    table::Table,
};

/// The blanks between two columns.
pub(super) const GAP: usize = 2;

/// How narrow text may become, and where there is very little room.
const TEXT: usize = 16;
const TIGHT_TEXT: usize = 12;

/// A word of text that is no longer than this is not broken.
const WORD: usize = 24;

/// How narrow parameters that share a column may become for the sake of less important columns.
const PARAMS: usize = 28;

/// How much of a head stays.
const HEAD: usize = 6;

/// What a column of the plan shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Column(usize),
    /// Parameters that share a column, those that vary first.
    Params(Vec<usize>),
}

/// The columns with their widths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) parts: Vec<(Part, usize)>,
    /// Parameters that are told below the table, since they are the same in all rows.
    pub(super) same: Vec<usize>,
    /// Columns that are not shown.
    pub(super) left_out: Vec<usize>,
}

/// What is done for the sake of room.
#[derive(Clone, Copy, Debug, Default)]
struct Trial<'a> {
    tells_same: bool,
    shares: bool,
    left_out: &'a [usize],
    is_tight: bool,
}

impl Plan {
    pub(super) fn of(table: &Table, width: Option<usize>) -> Self {
        let usual = Trial::default();
        let Some(width) = width else {
            return usual.plan(table).widened(table, usize::MAX);
        };
        let droppable = droppable(table);
        let without = |trial: Trial<'_>, most: usize| {
            (0..=most)
                .map(|count| {
                    Trial {
                        left_out: &droppable[..count],
                        ..trial
                    }
                    .plan(table)
                })
                .find(|plan| plan.width() <= width)
        };
        let told = Trial {
            tells_same: true,
            ..usual
        };
        let shared = Trial {
            shares: true,
            ..told
        };
        let tight = Trial {
            is_tight: true,
            ..shared
        };
        let plan = without(usual, 0)
            .or_else(|| without(told, droppable.len()))
            .or_else(|| without(shared, droppable.len()))
            .unwrap_or_else(|| {
                Trial {
                    left_out: &droppable,
                    ..tight
                }
                .plan(table)
            });
        plan.narrowed(width).widened(table, width)
    }

    fn width(&self) -> usize {
        let widths = self.parts.iter().map(|(_, width)| width + GAP);
        widths.sum::<usize>().saturating_sub(GAP)
    }

    /// Without what does not even fit now: the first two columns and the parameters stay longest.
    fn narrowed(mut self, width: usize) -> Self {
        while self.width() > width && self.parts.len() > 1 {
            let last = self
                .parts
                .iter()
                .rposition(|(part, _)| matches!(part, Part::Column(_)));
            let at = last.filter(|at| *at > 1).unwrap_or(self.parts.len() - 1);
            match self.parts.remove(at).0 {
                Part::Column(column) => self.left_out.push(column),
                Part::Params(columns) => self.left_out.extend(columns),
            }
        }
        self.left_out.sort_unstable();
        self
    }

    /// With what is left of the width given to those who can use it.
    fn widened(mut self, table: &Table, width: usize) -> Self {
        let wanted: Vec<usize> = self
            .parts
            .iter()
            .map(|(part, _)| natural(table, part))
            .collect();
        let mut spare = width.saturating_sub(self.width());
        while spare > 0 {
            let before = spare;
            for ((_, width), wanted) in self.parts.iter_mut().zip(&wanted) {
                if *width < *wanted && spare > 0 {
                    *width += 1;
                    spare -= 1;
                }
            }
            if spare == before {
                break;
            }
        }
        self
    }
}

impl Trial<'_> {
    /// The plan by which each column is as narrow as it can be.
    fn plan(self, table: &Table) -> Plan {
        let mut plan = Plan::default();
        let is_same =
            |column: &usize| table.is_parameter(*column) && table.constant(*column).is_some();
        let mut shown: Vec<usize> = (0..table.columns.len()).collect();
        if self.tells_same {
            (plan.same, shown) = shown.into_iter().partition(is_same);
        }
        (plan.left_out, shown) = shown
            .into_iter()
            .partition(|column| self.left_out.contains(column));
        let parameters: Vec<usize> = (shown.iter().copied())
            .filter(|column| table.is_parameter(*column))
            .collect();
        let shares = self.shares && parameters.len() > 1;
        for column in shown {
            let part = match shares && table.is_parameter(column) {
                true if parameters.first() == Some(&column) => Part::Params(parameters.clone()),
                true => continue,
                false => Part::Column(column),
            };
            let width = self.least(table, &part);
            plan.parts.push((part, width));
        }
        plan
    }

    fn least(self, table: &Table, part: &Part) -> usize {
        let natural = natural(table, part);
        match part {
            Part::Column(column) => {
                let cells = cells(table, *column);
                match (table.columns[*column].kind, self.is_tight) {
                    (Kind::Text, false) => natural.min(word(table, *column).max(TEXT)),
                    (Kind::Text, true) => natural.min(word(table, *column).max(TIGHT_TEXT)),
                    (_, true) => cells.max(natural.min(HEAD)),
                    (_, false) => natural,
                }
            }
            Part::Params(columns) => {
                // On one line the first pair is enough, with an ellipsis that tells of the others.
                let (shown, ellipsis) = if table.one_line {
                    (1, 2)
                } else {
                    (usize::MAX, 0)
                };
                let pairs = (0..table.rows.len())
                    .flat_map(|row| table.pairs(row, columns).into_iter().take(shown));
                // The name cut, `=` and a number that stays whole.
                let whole = pairs.map(|(name, value)| {
                    let name = measure_text_width(name);
                    let name = if self.is_tight { name.min(NAME) } else { name };
                    let value = match value.parse::<f64>() {
                        Ok(_) => measure_text_width(value),
                        Err(_) => measure_text_width(value).min(NAME),
                    };
                    name + 1 + value + ellipsis
                });
                let whole = whole.max().unwrap_or_default();
                let least = if self.is_tight {
                    whole
                } else {
                    whole.min(PARAMS)
                };
                natural.min(least)
            }
        }
    }
}

/// The columns that can be left out, in that order: the least important first, the last of those first.
fn droppable(table: &Table) -> Vec<usize> {
    let importance = |column: &usize| table.columns[*column].importance;
    let mut columns: Vec<usize> = (0..table.columns.len())
        .filter(|column| importance(column) < Importance::Essential && !table.is_parameter(*column))
        .rev()
        .collect();
    columns.sort_by_key(importance);
    columns
}

/// How wide a part is if there is room for all of it.
fn natural(table: &Table, part: &Part) -> usize {
    match part {
        Part::Column(column) => {
            let head = measure_text_width(&table.columns[*column].name);
            cells(table, *column).max(head)
        }
        Part::Params(columns) => {
            let row = |row| {
                let pairs = table.pairs(row, columns).into_iter();
                let widths = pairs
                    .map(|(name, value)| measure_text_width(name) + measure_text_width(value) + 2);
                widths.sum::<usize>().saturating_sub(1)
            };
            let widest = (0..table.rows.len()).map(row).max();
            widest.unwrap_or_default().max(PARAMS_HEAD.len())
        }
    }
}

/// The head of the column that parameters share.
pub(super) const PARAMS_HEAD: &str = "params";

/// How wide the widest word of a column is, if that breaks into lines: it stays whole unless it is very long.
fn word(table: &Table, column: usize) -> usize {
    let cells = table.rows.iter().filter(|_| !table.one_line);
    let words = cells.flat_map(|row| row[column].split_whitespace());
    let widest = words.map(measure_text_width).max();
    widest.unwrap_or_default().min(WORD)
}

fn cells(table: &Table, column: usize) -> usize {
    let widths = table
        .rows
        .iter()
        .map(|row| measure_text_width(&row[column]));
    widths.max().unwrap_or_default()
}
