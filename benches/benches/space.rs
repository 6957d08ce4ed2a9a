//! What parameters cost: from the unit cube and back, by name, through JSON, into their space again.

use std::hint::black_box;

use benches::workload;
use criterion::Criterion;
use tuning_core::Params;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let space = workload::space();
    let point = [0.3; 10];
    let params = space
        .decode(&point)
        .expect("one coordinate for each of ten");
    let text = serde_json::to_string(&params).expect("all numbers are finite");
    let detached: Params = serde_json::from_str(&text).expect("it was just written");

    let mut group = criterion.benchmark_group("space");
    group.bench_function("decode", |b| b.iter(|| space.decode(black_box(&point))));
    group.bench_function("encode", |b| b.iter(|| space.encode(black_box(&params))));
    group.bench_function("check", |b| b.iter(|| space.check(black_box(&params))));
    group.bench_function("clone", |b| b.iter(|| black_box(&params).clone()));
    group.bench_function("read a float by name", |b| {
        b.iter(|| params.float(black_box("l1")))
    });
    group.bench_function("read a choice by name", |b| {
        b.iter(|| params.str(black_box("c")))
    });
    group.bench_function("write json", |b| {
        b.iter(|| serde_json::to_string(black_box(&params)))
    });
    group.bench_function("read json", |b| {
        b.iter(|| serde_json::from_str::<Params>(black_box(&text)));
    });
    group.bench_function("align what was read", |b| {
        b.iter(|| space.align(black_box(&detached)))
    });
    group.finish();
    criterion.final_summary();
}
