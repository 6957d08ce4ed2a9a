//! Journals by themselves: appending one entry or many, and reading, in memory and in SQLite.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use benches::{place, probe, workload};
use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use tokio::runtime::Runtime;
use tuning_core::{Ended, Entry, Journal, Outcome, Seq, Started, TrialId, Values};
use tuning_runtime::MemoryJournal;

/// How many entries are read at once, as when a study is opened.
const PAGE: usize = 4096;
/// After how many entries a new journal is begun.
const FULL: u64 = 200_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let runtime = Runtime::new().expect("a runtime");

    let mut group = criterion.benchmark_group("journal/memory");
    measure(&mut group, &runtime, MemoryJournal::new);
    group.finish();

    let folder = place::scratch().expect("a folder");
    let mut files = 0;
    let mut group = criterion.benchmark_group("journal/sqlite");
    measure(&mut group, &runtime, || {
        files += 1;
        let file = folder.path().join(format!("{files}.db"));
        probe::sqlite(&file).expect("a new file")
    });
    group.finish();
    criterion.final_summary();
}

fn measure<J: Journal>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    mut create: impl FnMut() -> J,
) {
    group.sample_size(20);
    for batch in [1, 16, 256, 4096] {
        let entries = entries(batch);
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_function(format!("append {batch}"), |b| {
            b.iter_custom(|times| append(runtime, &mut create, &entries, times));
        });
    }
    let mut journal = create();
    let page = entries(PAGE);
    let filled = journal.append(Seq::ZERO, &page);
    runtime.block_on(filled).expect("an empty journal");
    group.throughput(Throughput::Elements(PAGE as u64));
    group.bench_function(format!("read {PAGE}"), |b| {
        b.iter(|| runtime.block_on(journal.read(Seq::ZERO, PAGE)));
    });
}

fn append<J: Journal>(
    runtime: &Runtime,
    create: &mut impl FnMut() -> J,
    entries: &[Entry],
    times: u64,
) -> Duration {
    let mut took = Duration::ZERO;
    let (mut journal, mut head) = (create(), Seq::ZERO);
    for _ in 0..times {
        if head.get() > FULL {
            (journal, head) = (create(), Seq::ZERO);
        }
        let began = Instant::now();
        let appended = runtime.block_on(journal.append(head, black_box(entries)));
        took += began.elapsed();
        head = appended.expect("we know its head");
    }
    took
}

/// Trials that start and end, by turns.
fn entries(n: usize) -> Vec<Entry> {
    let params = workload::space()
        .decode(&[0.3; 10])
        .expect("ten coordinates");
    let loss = Values::one(0.3).expect("a finite number");
    let entry = |n: u64| {
        let trial = TrialId::new(n / 2);
        let kind = match n % 2 {
            0 => Started::new(trial, params.clone()).into(),
            _ => Ended::new(trial, Outcome::Completed(loss.clone())).into(),
        };
        Entry::new(1_700_000_000_000 + n, kind)
    };
    (0..n as u64).map(entry).collect()
}
