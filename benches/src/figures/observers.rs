//! What it costs to be watched: events to three observers, live and from the journal, and a scrape of the
//! metrics of a large study.

use std::{
    error::Error,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tuning_observers::PrometheusConfig;
use tuning_runtime::{Delivery, MemoryJournal, asynchronous};
use tuning_sqlite::SqliteJournal;

use super::context::{Context, Rows};
use crate::{
    measure::Stopwatch,
    place,
    row::Row,
    workload::{self, Count, STUDY, WORKERS},
};

/// How large the study is that is scraped.
const SCRAPED: u64 = 10_000;
const SCRAPES: u32 = 50;

pub(super) fn run(context: &Context) -> Rows {
    let n = context.size(100_000);
    let (mut live, mut late, mut scrapes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..context.rounds(5) {
        live.push(while_it_runs(context, n)?);
        late.push(catching_up(context, n)?);
        scrapes.push(scraped(context, context.size(SCRAPED))?);
    }
    Ok(vec![
        Row::new(
            "observers: events to three, while a study runs",
            "events/s",
            live,
        )
        .note("each of the three gets all of them; what is measured is the study's own speed"),
        Row::new(
            "observers: events to three that catch up, durable",
            "events/s",
            late,
        )
        .note("from SQLite, their places in it kept there, too"),
        Row::new("observers: a scrape at 10000 trials", "ms", scrapes)
            .note("over HTTP, a connection each, with how three observers stand"),
    ])
}

/// Events a second, each of which three observers get.
fn while_it_runs(context: &Context, trials: u64) -> Result<f64, Box<dyn Error>> {
    let seen = Arc::new(AtomicU64::new(0));
    let study = workload::study(trials, WORKERS, MemoryJournal::new());
    let study = workload::watched(study, &seen);
    context.block_on(async {
        let mut study = study.open().await?;
        let watch = Stopwatch::start();
        let objective = asynchronous(|trial| async move { trial.params().float("x0") });
        study.run(objective).await?;
        Ok(seen.load(Ordering::Relaxed) as f64 / 3.0 / watch.took().wall)
    })
}

/// The same for a study that has ended, when they are first told of it.
fn catching_up(context: &Context, trials: u64) -> Result<f64, Box<dyn Error>> {
    let scratch = place::scratch()?;
    let journal = || SqliteJournal::open(scratch.path().join("watched.db"), STUDY);
    context.block_on(async {
        let objective = asynchronous(|trial| async move { trial.params().float("x0") });
        let mut study = workload::study(trials, WORKERS, journal()?).open().await?;
        let entries = study.run(objective).await?.entries.get();
        drop(study);

        let seen = Arc::new(AtomicU64::new(0));
        let study = workload::study(trials, WORKERS, journal()?);
        let study = (0..3).fold(study, |study, _| {
            study.observe(Count(Arc::clone(&seen)), Delivery::durable())
        });
        let mut study = study.open().await?;
        let watch = Stopwatch::start();
        study.catch_up().await?;
        let took = watch.took().wall;
        let seen = seen.load(Ordering::Relaxed);
        if seen != 3 * entries {
            return Err(format!("{seen} of 3 times {entries} events were seen").into());
        }
        Ok(entries as f64 / took)
    })
}

/// The milliseconds of a scrape, in the mean of many.
fn scraped(context: &Context, trials: u64) -> Result<f64, Box<dyn Error>> {
    let seen = Arc::new(AtomicU64::new(0));
    let study = workload::study(trials, WORKERS, MemoryJournal::new());
    let study = workload::watched(study, &seen);
    context.block_on(async {
        let mut study = study.open().await?;
        let metrics = PrometheusConfig::default().listen("127.0.0.1:0")?;
        let exposition = metrics.exposition();
        let handle = study.handle();
        exposition.observers({
            let handle = handle.clone();
            move || handle.observer_statuses()
        });
        let subscription = handle.subscribe(metrics, Delivery::lossless());
        let objective = asynchronous(|trial| async move { trial.params().float("x0") });
        study.run(objective).await?;
        drop(subscription);

        let address = exposition.address().ok_or("it does not listen")?;
        let expected = format!("tuning_trials_started_total{{study=\"{STUDY}\"}} {trials}\n");
        scrape(address)?; // warm up
        let began = Instant::now();
        let mut last = String::new();
        for _ in 0..SCRAPES {
            last = scrape(address)?;
        }
        let took = began.elapsed().as_secs_f64() * 1e3 / f64::from(SCRAPES);
        if !last.contains(&expected) {
            return Err(format!("a scrape without {expected:?}: {last}").into());
        }
        Ok(took)
    })
}

fn scrape(address: SocketAddr) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
