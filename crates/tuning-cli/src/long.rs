//! [`block`]: a trial as lines of names and values.

use console::measure_text_width;
use tuning_core::Trial;
use tuning_observers::printable;

use crate::{
    columns::{Column, Kind},
    output::{Dressed, Style},
};

/// A trial with these columns one below the other; those that are empty are left out.
pub(crate) fn block(columns: &[Column], trial: &Trial, style: Style) -> Dressed {
    let mut lines = Vec::new();
    for column in columns {
        let shown = column.shown(trial);
        let says = match column.kind {
            Kind::Trial => false,
            // None says nothing.
            Kind::Retries => shown != "0",
            _ => !shown.is_empty(),
        };
        if says {
            lines.push((printable(column.title()).into_owned(), shown));
        }
    }
    let widths = lines.iter().map(|(name, _)| measure_text_width(name));
    let width = widths.max().unwrap_or_default();
    let mut block = style.bold(&format!("trial {}", trial.id));
    for (name, shown) in &lines {
        let blanks = " ".repeat(width - measure_text_width(name));
        for (index, part) in shown.lines().enumerate() {
            let line = match index {
                0 => format!("\n  {name}{blanks}  {part}"),
                _ => format!("\n  {}  {part}", " ".repeat(width)),
            };
            block = block.text(&line);
        }
    }
    block
}
