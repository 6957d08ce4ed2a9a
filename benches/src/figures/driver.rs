//! What a trial costs the driver: an async objective that does nothing, a journal in memory, three
//! observers; against Optuna's random search in memory.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tuning_core::Journal;
use tuning_runtime::{MemoryJournal, asynchronous};

use super::context::{Context, Rows};
use crate::{
    measure::{Stopwatch, Took, median},
    optuna::Measured,
    place,
    row::{Row, Target},
    workload::{self, WORKERS},
};

pub(super) fn run(context: &Context) -> Rows {
    let (n, peers) = (context.size(100_000), context.size(2_000));
    let scratch = place::scratch()?;
    drive(context, WORKERS, n / 10, MemoryJournal::new())?; // warm up
    let (mut ours, mut single, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..context.rounds(5) {
        if let Some(optuna) = context.optuna() {
            theirs.push(optuna.measure("memory", peers, 1, scratch.path())?);
        }
        ours.push(drive(context, WORKERS, n, MemoryJournal::new())?);
        single.push(drive(context, 1, n / 5, MemoryJournal::new())?);
    }
    let peer = |number: fn(&Measured) -> f64| {
        let numbers: Vec<f64> = theirs.iter().map(number).collect();
        (!numbers.is_empty()).then(|| median(numbers))
    };
    let micros =
        |took: &[Took], n: u64| took.iter().map(|took| took.cpu * 1e6 / n as f64).collect();
    let rates = ours.iter().map(|took| n as f64 / took.wall).collect();
    Ok(vec![
        Row::new(
            "driver: CPU of a trial, three observers",
            "µs",
            micros(&ours, n),
        )
        .target(Target::AtMost(15.0))
        .peer(peer(|theirs| theirs.cpu * 1e6 / theirs.trials as f64)),
        Row::new(
            "driver: trials in memory, three observers",
            "trials/s",
            rates,
        )
        .target(Target::TimesPeer(25.0))
        .peer(peer(Measured::rate)),
        Row::new(
            "driver: CPU of a trial, one worker",
            "µs",
            micros(&single, n / 5),
        )
        .note("nothing to do while the only trial runs: what waking threads costs"),
    ])
}

/// Runs this many trials that cost nothing.
pub(super) fn drive(
    context: &Context,
    workers: usize,
    trials: u64,
    journal: impl Journal + 'static,
) -> Result<Took, Box<dyn Error>> {
    let seen = Arc::new(AtomicU64::new(0));
    let study = workload::watched(workload::study(trials, workers, journal), &seen);
    context.block_on(async {
        let mut study = study.open().await?;
        let watch = Stopwatch::start();
        let objective = asynchronous(|trial| async move { trial.params().float("x0") });
        let summary = study.run(objective).await?;
        let took = watch.took();
        // `created` is behind us when the run begins.
        let expected = 3 * (summary.entries.get() - 1);
        let seen = seen.load(Ordering::Relaxed);
        if summary.counts.completed != trials || seen != expected {
            return Err(format!("{seen} of {expected} events were seen: {summary}").into());
        }
        Ok(took)
    })
}
