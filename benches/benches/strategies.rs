//! Proposals per second through `dyn Strategy`: batches, single asks, and telling.

use std::{hint::black_box, num::NonZeroUsize};

use benches::workload;
use criterion::{BatchSize, Criterion, Throughput};
use tuning_core::{Ask, Asked, Fact, Seed, Started, StrategyConfig, TrialId};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, config) in workload::strategies() {
        let build = || {
            config
                .build(&workload::problem())
                .expect("it supports the space")
        };
        let mut group = criterion.benchmark_group(format!("strategies/{name}"));
        group.bench_function("build", |b| b.iter(build));
        for slots in [1, 64] {
            let ask = ask(slots);
            group.throughput(Throughput::Elements(slots as u64));
            group.bench_function(format!("ask {slots}"), |b| {
                let strategy = build();
                b.iter(|| strategy.ask(black_box(&ask)));
            });
        }
        let facts = started(&build().ask(&ask(64)).expect("it has 64 proposals"));
        group.bench_function("tell 64 started", |b| {
            b.iter_batched_ref(
                build,
                |strategy| facts.iter().for_each(|fact| strategy.tell(fact)),
                BatchSize::SmallInput,
            );
        });
    }
    criterion.final_summary();
}

fn ask(slots: usize) -> Ask {
    let slots = NonZeroUsize::new(slots).expect("at least one");
    Ask::new(slots, TrialId::new(0), Seed::new(1))
}

fn started(asked: &Asked) -> Vec<Fact> {
    let Asked::Propose(proposals) = asked else {
        panic!("these strategies always propose: {asked:?}");
    };
    let started = |(n, proposal): (u64, &tuning_core::Proposal)| {
        let params = proposal.params().expect("they resume nothing").clone();
        let started = Started::new(TrialId::new(n), params);
        started.tag(proposal.note().clone()).into()
    };
    (0..).zip(proposals).map(started).collect()
}
