//! Trials per second of a whole study whose objective costs nothing: by workers, by journal, by observers.

use std::{
    hint::black_box,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use benches::{place, probe, workload};
use criterion::{Criterion, Throughput};
use tokio::runtime::Runtime;
use tuning_runtime::{MemoryJournal, StudyBuilder, asynchronous, blocking};

const TRIALS: u64 = 2_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let runtime = Runtime::new().expect("a runtime");

    let mut group = criterion.benchmark_group("driver");
    group.throughput(Throughput::Elements(TRIALS));
    group.sample_size(20);
    for workers in [1, 8, 64] {
        let memory = || workload::study(TRIALS, workers, MemoryJournal::new());
        group.bench_function(format!("memory, {workers} workers"), |b| {
            b.iter_custom(|n| repeat(n, || run(&runtime, memory())));
        });
        group.bench_function(format!("memory, {workers} workers, three observers"), |b| {
            let seen = Arc::new(AtomicU64::new(0));
            b.iter_custom(|n| repeat(n, || run(&runtime, workload::watched(memory(), &seen))));
        });
        group.bench_function(format!("memory, {workers} workers, blocking"), |b| {
            b.iter_custom(|n| repeat(n, || run_blocking(&runtime, memory())));
        });
        group.bench_function(format!("sqlite, {workers} workers"), |b| {
            b.iter_custom(|n| {
                repeat(n, || {
                    let folder = place::scratch().expect("a folder");
                    let journal = probe::sqlite(&folder.path().join("study.db"));
                    let journal = journal.expect("a new file");
                    run(&runtime, workload::study(TRIALS, workers, journal))
                })
            });
        });
    }
    group.finish();
    criterion.final_summary();
}

/// The time of this many runs together; what is around a run is not measured.
fn repeat(times: u64, mut run: impl FnMut() -> Duration) -> Duration {
    (0..times).map(|_| run()).sum()
}

fn run(runtime: &Runtime, study: StudyBuilder) -> Duration {
    runtime.block_on(async {
        let mut study = study.open().await.expect("a new study");
        let objective = asynchronous(|trial| async move { trial.params().float("x0") });
        let began = Instant::now();
        black_box(study.run(objective).await.expect("nothing fails"));
        began.elapsed()
    })
}

fn run_blocking(runtime: &Runtime, study: StudyBuilder) -> Duration {
    runtime.block_on(async {
        let mut study = study.open().await.expect("a new study");
        let objective = blocking(|trial| trial.params().float("x0"));
        let began = Instant::now();
        black_box(study.run(objective).await.expect("nothing fails"));
        began.elapsed()
    })
}
