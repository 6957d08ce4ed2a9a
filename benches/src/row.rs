//! [`Row`]: one figure that was measured, with its target; and the table of them.

use std::fmt::Write as _;

use serde::Serialize;

/// What a figure has to reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The number is at least this.
    AtLeast(f64),
    /// The number is at most this.
    AtMost(f64),
    /// The number is at least this many times the peer's, measured in the same run.
    TimesPeer(f64),
}

/// One figure that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The figure, in words.
    pub figure: String,
    /// The unit of its numbers.
    pub unit: &'static str,
    /// What it has to reach; none if it is told for information alone.
    pub target: Option<Target>,
    /// The median of what was measured.
    pub measured: f64,
    /// All that was measured, one number for each round.
    pub rounds: Vec<f64>,
    /// The median of the peer, if there is one and it is installed.
    pub peer: Option<f64>,
    /// What one must know to read it.
    pub note: Option<String>,
}

impl Row {
    /// A figure without a target, of one or several rounds.
    #[must_use]
    pub fn new(figure: impl Into<String>, unit: &'static str, rounds: Vec<f64>) -> Self {
        Self {
            figure: figure.into(),
            unit,
            target: None,
            measured: crate::measure::median(rounds.iter().copied()),
            rounds,
            peer: None,
            note: None,
        }
    }

    /// The same with a target.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// The same with the peer's number.
    #[must_use]
    pub fn peer(mut self, peer: Option<f64>) -> Self {
        self.peer = peer;
        self
    }

    /// The same with a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// How many times the peer's number it is.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.peer.map(|peer| self.measured / peer)
    }

    /// Whether the target is reached; none if there is none, or its peer is missing.
    #[must_use]
    pub fn reached(&self) -> Option<bool> {
        match self.target? {
            Target::AtLeast(least) => Some(self.measured >= least),
            Target::AtMost(most) => Some(self.measured <= most),
            Target::TimesPeer(times) => self.ratio().map(|ratio| ratio >= times),
        }
    }

    /// The least and the greatest of several rounds.
    fn spread(&self) -> String {
        let least = self.rounds.iter().copied().min_by(f64::total_cmp);
        let greatest = self.rounds.iter().copied().max_by(f64::total_cmp);
        match (least, greatest) {
            (Some(least), Some(greatest)) if self.rounds.len() > 1 => {
                format!(" ({}–{})", short(least), short(greatest))
            }
            _ => String::new(),
        }
    }

    fn cells(&self) -> [String; 6] {
        let target = match self.target {
            Some(Target::AtLeast(least)) => format!("≥ {} {}", short(least), self.unit),
            Some(Target::AtMost(most)) => format!("≤ {} {}", short(most), self.unit),
            Some(Target::TimesPeer(times)) => format!("≥ {}× Optuna", short(times)),
            None => String::new(),
        };
        let reached = match (self.target, self.reached()) {
            (None, _) => "",
            (_, Some(true)) => "yes",
            (_, Some(false)) => "NO",
            (_, None) => "skipped",
        };
        [
            self.figure.clone(),
            target,
            format!("{}{} {}", short(self.measured), self.spread(), self.unit),
            self.peer.map(short).unwrap_or_default(),
            self.ratio()
                .map(|ratio| format!("{}×", short(ratio)))
                .unwrap_or_default(),
            reached.to_owned(),
        ]
    }
}

/// The rows as a table in Markdown, its columns aligned, with the notes below.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let head = ["figure", "target", "measured", "Optuna", "ratio", "reached"].map(str::to_owned);
    let cells: Vec<_> = rows.iter().map(Row::cells).collect();
    let width = |column: usize| {
        let widths = std::iter::once(&head).chain(&cells);
        widths.map(|row| row[column].chars().count()).max()
    };
    let widths: Vec<usize> = (0..head.len()).filter_map(width).collect();
    let mut out = String::new();
    let mut line = |row: &[String; 6]| {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(out, "| {cell:<width$} ");
        }
        out.push_str("|\n");
    };
    line(&head);
    line(&std::array::from_fn(|column| "-".repeat(widths[column])));
    cells.iter().for_each(line);
    for row in rows {
        if let Some(note) = &row.note {
            let _ = write!(out, "\n- {}: {note}", row.figure);
        }
    }
    out
}

/// A number with about three digits that mean something.
#[must_use]
pub fn short(number: f64) -> String {
    let size = number.abs();
    let digits = match size {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{number:.digits$}");
    if size < 1000.0 {
        return match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        };
    }
    // Thousands apart.
    let mut grouped = String::new();
    for (place, digit) in text.chars().enumerate() {
        let left = text.len() - place;
        if place > 0 && left % 3 == 0 && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_short() {
        let cases = [
            (0.5, "0.5"),
            (2.0, "2"),
            (12.34, "12.3"),
            (400.0, "400"),
            (1_234_567.0, "1,234,567"),
            (-1234.0, "-1,234"),
        ];
        for (number, text) in cases {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn a_target_against_a_peer_that_is_missing_is_neither_reached_nor_missed() {
        let row = Row::new("speed", "trials/s", vec![50.0]).target(Target::TimesPeer(25.0));
        assert_eq!(row.reached(), None);
        assert_eq!(row.clone().peer(Some(2.0)).reached(), Some(true));
        assert_eq!(row.clone().peer(Some(2.1)).reached(), Some(false));
        assert!(table(&[row]).contains("| skipped"));
    }
}
