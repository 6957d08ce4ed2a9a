//! How long it takes to open a long study again: read its journal, restore its strategy.

use super::{
    context::{Context, Rows},
    driver::drive,
};
use crate::{
    place,
    probe::{self, Probe},
    row::{Row, Target},
    workload::WORKERS,
};

pub(super) fn run(context: &Context) -> Rows {
    let trials = context.size(100_000);
    let scratch = place::scratch()?;
    let file = scratch.path().join("study.db");
    drive(context, WORKERS, trials, probe::sqlite(&file)?)?;
    let bytes = std::fs::metadata(&file)?.len();
    let probe = Probe::Resume { trials, file };
    let mut probed = Vec::new();
    for _ in 0..context.rounds(5) {
        probed.push(probe.apart()?);
    }
    let seconds = probed.iter().map(|probed| probed.wall).collect();
    let cpu = probed.iter().map(|probed| probed.cpu).collect();
    let memory: Vec<f64> = probed
        .iter()
        .filter_map(|probed| probed.bytes_per_trial)
        .collect();
    let mut rows = vec![
        Row::new(
            format!("resume: open {trials} trials of 10 parameters"),
            "s",
            seconds,
        )
        .target(Target::AtMost(2.0))
        .note("a new process, the file in the system's cache"),
        Row::new("resume: CPU time of it", "s", cpu),
        Row::new(
            "resume: the file",
            "bytes/trial",
            vec![bytes as f64 / trials as f64],
        ),
    ];
    if !memory.is_empty() {
        rows.push(Row::new(
            "resume: memory once it is open",
            "bytes/trial",
            memory,
        ));
    }
    Ok(rows)
}
