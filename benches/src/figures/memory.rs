//! How the memory of a process grows with the trials that have finished, by journal.

use super::context::{Context, Rows};
use crate::{
    place,
    probe::{Probe, Probed},
    row::{Row, Target},
};

pub(super) fn run(context: &Context) -> Rows {
    let trials = context.size(120_000);
    let (mut memory, mut sqlite) = (Vec::new(), Vec::new());
    for _ in 0..context.rounds(3) {
        memory.push(Probe::Memory { trials }.apart()?);
        let scratch = place::scratch()?;
        let file = scratch.path().join("study.db");
        sqlite.push(Probe::Sqlite { trials, file }.apart()?);
    }
    let row = |journal: &str, probed: Vec<Probed>| {
        let peak = probed.iter().filter_map(|probed| probed.peak).max()?;
        let bytes: Vec<f64> = probed
            .iter()
            .filter_map(|probed| probed.bytes_per_trial)
            .collect();
        let figure = format!("memory: a finished trial, journal {journal}");
        let row = Row::new(figure, "bytes", bytes).target(Target::AtMost(400.0));
        Some(row.note(format!(
            "at most {} MiB in all, with {trials} trials",
            peak >> 20
        )))
    };
    let rows = [row("in memory", memory), row("in SQLite", sqlite)];
    Ok(rows.into_iter().flatten().collect())
}
