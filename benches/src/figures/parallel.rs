//! How busy eight workers are kept: trials that sleep for 10 ms, with and without an observer that hangs.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tuning_core::{Event, Observer, ObserverError};
use tuning_runtime::{Delivery, MemoryJournal, blocking};

use super::context::{Context, Rows};
use crate::{
    measure::median,
    place,
    row::{Row, Target},
    workload::{self, WORKERS},
};

const SLEEP: Duration = Duration::from_millis(10);

pub(super) fn run(context: &Context) -> Rows {
    let n = context.size(2_000);
    let ideal = SLEEP.as_secs_f64() * n as f64 / WORKERS as f64;
    let share = |seconds: f64| 100.0 * ideal / seconds;
    let (mut free, mut hung) = (Vec::new(), Vec::new());
    let (mut bare, mut pool) = (Vec::new(), Vec::new());
    for _ in 0..context.rounds(3) {
        bare.push(share(threads_alone(n)));
        pool.push(share(context.block_on(pool_alone(n))));
        free.push(sleep(context, n, false)?);
        hung.push(sleep(context, n, true)?);
    }
    let peer = match context.optuna() {
        Some(optuna) => {
            let theirs = optuna.measure("sleep", n, WORKERS, place::scratch()?.path())?;
            Some(share(theirs.wall))
        }
        None => None,
    };
    let last = |all: &[Slept]| median(all.iter().map(|slept| slept.last));
    let change = 100.0 * (last(&hung) - last(&free)) / last(&free);
    let after: Vec<f64> = hung.iter().map(|slept| slept.all - slept.last).collect();
    Ok(vec![
        Row::new(
            format!("parallel: {n} trials of 10 ms on 8 workers"),
            "% of ideal",
            free.iter().map(|slept| share(slept.all)).collect(),
        )
        .target(Target::AtLeast(98.0))
        .peer(peer),
        Row::new(
            "parallel: the same as a loop on 8 threads",
            "% of ideal",
            bare,
        )
        .note("what the machine allows: no study, no strategy"),
        Row::new(
            "parallel: the same as 8 loops of `spawn_blocking`",
            "% of ideal",
            pool,
        )
        .note("what tokio's threads for blocking work allow"),
        Row::new(
            "parallel: later for an observer that hangs",
            "%",
            vec![change],
        )
        .target(Target::AtMost(1.0))
        .note("until the last trial has ended; its delivery is lossy"),
        Row::new("parallel: then waiting for that observer", "s", after).note(
            "at the end of a study its observers may take a while to finish, hanging ones included",
        ),
    ])
}

/// How long a study took, in seconds.
struct Slept {
    /// Until the last objective returned.
    last: f64,
    /// Until the run returned.
    all: f64,
}

fn sleep(context: &Context, trials: u64, hangs: bool) -> Result<Slept, Box<dyn Error>> {
    let gate = Arc::new(Mutex::new(()));
    let mut study = workload::study(trials, WORKERS, MemoryJournal::new());
    if hangs {
        let hung = Hung(Arc::clone(&gate));
        study = study.observe(hung, Delivery::Lossy { capacity: 64 });
    }
    let mut study = context.block_on(study.open())?;
    let last = Arc::new(Mutex::new(Instant::now()));
    let noted = Arc::clone(&last);
    // Held until the run is over: the observer hangs at its first event.
    let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
    let began = Instant::now();
    context.block_on(study.run(blocking(move |trial| {
        thread::sleep(SLEEP);
        *noted.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        trial.params().float("x0")
    })))?;
    let all = began.elapsed().as_secs_f64();
    drop(closed);
    let last = *last.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Slept {
        last: last.duration_since(began).as_secs_f64(),
        all,
    })
}

/// The same sleeps without anything around them.
fn threads_alone(sleeps: u64) -> f64 {
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| (0..sleeps / WORKERS as u64).for_each(|_| thread::sleep(SLEEP)));
        }
    });
    began.elapsed().as_secs_f64()
}

/// The same sleeps on tokio's threads for blocking work.
async fn pool_alone(sleeps: u64) -> f64 {
    let began = Instant::now();
    let loops: Vec<_> = (0..WORKERS)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..sleeps / WORKERS as u64 {
                    // It cannot fail: a sleep does not panic.
                    let _ = tokio::task::spawn_blocking(|| thread::sleep(SLEEP)).await;
                }
            })
        })
        .collect();
    for each in loops {
        let _ = each.await;
    }
    began.elapsed().as_secs_f64()
}

/// An observer that blocks its thread until the gate opens.
struct Hung(Arc<Mutex<()>>);

#[async_trait]
impl Observer for Hung {
    async fn observe(&mut self, _: &Event) -> Result<(), ObserverError> {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}
