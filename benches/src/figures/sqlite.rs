//! The durable journal against Optuna's: trials that cost nothing, in a SQLite file on the same disk.

use std::{error::Error, path::Path, time::Instant};

use tuning_core::{Ended, Entry, Journal, Outcome, Seq, Started, TrialId, Values};

use super::{
    context::{Context, Rows},
    driver::drive,
};
use crate::{
    measure::{Took, median},
    place, probe,
    row::{Row, Target},
    workload::{self, WORKERS},
};

pub(super) fn run(context: &Context) -> Rows {
    let (n, peers) = (context.size(20_000), context.size(100));
    let mut ours: Vec<Took> = Vec::new();
    let (mut strict, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..context.rounds(5) {
        let scratch = place::scratch()?;
        if let Some(optuna) = context.optuna() {
            theirs.push(optuna.measure("sqlite", peers, 1, scratch.path())?.rate());
        }
        let journal = probe::sqlite(&scratch.path().join("group.db"))?;
        ours.push(drive(context, WORKERS, n, journal)?);
        strict.push(one_by_one(
            context,
            peers * 4,
            &scratch.path().join("strict.db"),
        )?);
    }
    let peer = (!theirs.is_empty()).then(|| median(theirs));
    let rates = ours.iter().map(|took| n as f64 / took.wall).collect();
    let micros = ours.iter().map(|took| took.cpu * 1e6 / n as f64).collect();
    Ok(vec![
        Row::new("sqlite: durable trials, three observers", "trials/s", rates)
            .target(Target::TimesPeer(100.0))
            .peer(peer)
            .note(
                "both are durable; we commit in groups, and observers learn of a trial only once it is committed",
            ),
        Row::new("sqlite: trials, each fact durable before the next", "trials/s", strict)
            .peer(peer)
            .note("two commits a trial and no driver: what the disk allows without groups"),
        Row::new("sqlite: CPU of a trial, three observers", "µs", micros),
    ])
}

/// Trials per second if nothing is begun before everything before it is on the disk.
fn one_by_one(context: &Context, trials: u64, file: &Path) -> Result<f64, Box<dyn Error>> {
    let mut journal = probe::sqlite(file)?;
    let space = workload::space();
    context.block_on(async {
        let mut head = Seq::ZERO;
        let began = Instant::now();
        for n in 0..trials {
            let trial = TrialId::new(n);
            let started = Started::new(trial, space.decode(&[0.3; 10])?);
            head = journal
                .append(head, &[Entry::new(n, started.into())])
                .await?;
            let ended = Ended::new(trial, Outcome::Completed(Values::one(0.3)?));
            head = journal.append(head, &[Entry::new(n, ended.into())]).await?;
        }
        Ok(trials as f64 / began.elapsed().as_secs_f64())
    })
}
