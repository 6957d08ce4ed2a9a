//! The simulated cluster: what work takes, what strikes it, and what its workers did with their time.

use std::{collections::BTreeSet, num::NonZeroU64, sync::Arc, time::Duration};

use crate::support::{Random, StopEvery, space, trials};
use tuning_core::{Failure, FailureKind, FidelityRange, Order, Parameter, Seed, Space, TrialState};
use tuning_runtime::{
    MemoryJournal, Retry, Study, StudyBuilder, Summary,
    sim::{Cluster, SimExecutor, Step, TableError, Usage, Workload},
};

const UNITS: u64 = 4;

/// Trials of four units, a minute each.
fn minutes() -> Workload {
    Workload::new(UNITS, |work, at| {
        Step::new(60.0, work.seed.unit() + 1.0 / at.get() as f64)
    })
}

fn study(space: Space, workers: usize, journal: &MemoryJournal) -> StudyBuilder {
    Study::builder("cluster", space)
        .minimize("loss")
        .fidelity(FidelityRange::new(1, UNITS).unwrap())
        .strategy(Random)
        .trials(40)
        .workers(workers)
        .retry(Retry::never().on(FailureKind::Lost, u32::MAX))
        .journal(journal.clone())
}

/// Runs a study on a cluster; returns what its workers did.
fn run(
    seed: u64,
    study: StudyBuilder,
    cluster: impl FnOnce(&SimExecutor) -> Cluster,
) -> (Summary, Usage) {
    let sim = SimExecutor::new(Seed::new(seed));
    let cluster = cluster(&sim);
    let study = study.executor(Arc::new(sim.clone()));
    let summary = sim
        .run(async { study.open().await?.run(cluster.clone()).await })
        .expect("no deadlock")
        .unwrap();
    (summary, cluster.usage())
}

fn failed(journal: &MemoryJournal) -> BTreeSet<u64> {
    let trials = trials(journal).into_iter();
    let failed = trials.filter(|trial| trial.state == TrialState::Failed);
    failed.map(|trial| trial.id.get()).collect()
}

#[test]
fn time_is_what_the_workload_and_the_speeds_of_workers_make_of_it() {
    let took = |speeds: &[f64]| {
        let study = study(space(), speeds.len(), &MemoryJournal::new());
        let (_, usage) = run(1, study, |sim| {
            Cluster::new(sim, Seed::new(0), minutes(), 1).speeds(speeds.iter().copied())
        });
        assert_eq!(usage.units, 40 * UNITS);
        (
            usage.elapsed.as_secs(),
            usage.busy.as_secs(),
            usage.idle.as_secs(),
        )
    };
    let whole = 40 * UNITS * 60;
    assert_eq!(took(&[1.0]), (whole, whole, 0));
    assert_eq!(took(&[2.0]), (whole / 2, whole / 2, 0));
    assert_eq!(took(&[1.0, 1.0]), (whole / 2, whole, 0));
    // The fast worker does thirty of the forty trials, and both are done at the same time.
    assert_eq!(took(&[1.0, 3.0]), (10 * 240, 2 * 10 * 240, 0));
}

#[test]
fn work_that_finds_no_free_worker_waits_for_one() {
    let study = study(space(), 8, &MemoryJournal::new());
    let (summary, usage) = run(2, study, |sim| {
        Cluster::new(sim, Seed::new(0), minutes(), 3)
    });
    assert_eq!(summary.counts.completed, 40);
    // Thirteen rounds of three, and one trial alone.
    assert_eq!(usage.elapsed.as_secs(), 14 * UNITS * 60);
    assert_eq!(usage.idle.as_secs(), 2 * UNITS * 60);
    assert!((usage.idle_share() - 2.0 / 42.0).abs() < 1e-9);
}

#[test]
fn a_table_gives_each_trial_its_curve() {
    let space = Space::new([Parameter::int("row", 0, 2)]).unwrap();
    let curve = |row: usize| {
        let losses = (1..=UNITS).map(|at| 10.0 * row as f64 + 1.0 / at as f64);
        losses.map(|loss| Step::new(1.0, loss)).collect()
    };
    let (journal, two) = (
        MemoryJournal::new(),
        Workload::table("row", vec![curve(0), curve(1)]),
    );
    let two = two.unwrap();
    let every = NonZeroU64::new(3).unwrap();
    run(3, study(space, 4, &journal), |sim| {
        Cluster::new(sim, Seed::new(0), two, 4).report_every(every)
    });
    for trial in trials(&journal) {
        let row = trial.params.int("row").unwrap();
        if row == 2 {
            let failure = trial.failure.unwrap().to_string();
            assert!(failure.contains("rows 0 to 1, and `row` is 2"), "{failure}");
            continue;
        }
        let reports: Vec<(u64, f64)> = trial
            .reports
            .iter()
            .map(|(at, values)| (at.get(), values.first()))
            .collect();
        let base = 10.0 * row as f64;
        assert_eq!(
            reports,
            [(3, base + 1.0 / 3.0), (4, base + 0.25)],
            "{}",
            trial.id
        );
        assert_eq!(trial.values.unwrap().first(), base + 0.25);
    }
    let uneven = Workload::table("row", vec![curve(0), vec![]]).unwrap_err();
    assert_eq!(
        uneven.to_string(),
        "row 1 has 0 steps, and row 0 has 4: all trials have the same units"
    );
    assert_eq!(
        Workload::table("row", vec![]).unwrap_err(),
        TableError::Empty
    );
}

#[test]
fn whether_work_fails_depends_neither_on_the_workers_nor_on_preemptions() {
    let fails = |seed, workers, every: u64| {
        let journal = MemoryJournal::new();
        let study = study(space(), workers, &journal).order(Order::AS_PROPOSED);
        run(seed, study, |sim| {
            let cluster = Cluster::new(sim, Seed::new(7), minutes(), workers).failing(0.25);
            cluster
                .stragglers(1.0)
                .preempted(Duration::from_secs(every), Duration::from_secs(60))
        });
        failed(&journal)
    };
    let expected = fails(1, 1, 1_000_000);
    assert!(
        (5..=15).contains(&expected.len()),
        "a quarter of forty: {expected:?}"
    );
    for (seed, workers, every) in [(2, 2, 1_000_000), (3, 8, 1_000), (4, 8, 300)] {
        assert_eq!(
            fails(seed, workers, every),
            expected,
            "{workers} workers, preempted every {every} s"
        );
    }
}

#[test]
fn preempted_work_is_done_again_and_all_time_is_accounted_for() {
    let journal = MemoryJournal::new();
    let (summary, usage) = run(4, study(space(), 4, &journal), |sim| {
        let cluster = Cluster::new(sim, Seed::new(5), minutes(), 4);
        cluster.preempted(Duration::from_secs(600), Duration::from_secs(100))
    });
    assert_eq!(summary.counts.completed, 40);
    let retries: u32 = trials(&journal).iter().map(|trial| trial.retries).sum();
    assert!(
        retries > 5,
        "some 16 preemptions in 9,600 s of work: {retries}"
    );
    assert!(
        usage.units > 40 * UNITS && usage.lost > Duration::from_secs(600),
        "{usage:?}"
    );
    assert_eq!(
        usage.busy,
        usage.lost + Duration::from_secs(40 * UNITS * 60)
    );
    assert_eq!(usage.busy + usage.idle + usage.away, 4 * usage.elapsed);
    // The last who were away may not have come back.
    let away = usage.away.as_secs();
    assert!(
        away <= u64::from(retries) * 100 && away > u64::from(retries - 4) * 100,
        "{usage:?}"
    );
}

#[test]
fn durations_are_log_normal_around_the_usual_one() {
    let sigma = 0.8;
    let once = Workload::new(1, |_, _| Step::new(100.0, 0.0));
    let journal = MemoryJournal::new();
    let study = Study::builder("cluster", space())
        .minimize("loss")
        .strategy(Random)
        .trials(2_000);
    run(5, study.workers(16).journal(journal.clone()), |sim| {
        Cluster::new(sim, Seed::new(6), once, 16).stragglers(sigma)
    });
    let mut took: Vec<f64> = trials(&journal)
        .iter()
        .map(|trial| trial.took_micros as f64 / 1e6)
        .collect();
    took.sort_by(f64::total_cmp);
    let quantile = |share: f64| took[(share * took.len() as f64) as usize] / 100.0;
    for (share, z) in [
        (0.05, -1.645),
        (0.25, -0.674),
        (0.5, 0.0),
        (0.75, 0.674),
        (0.95, 1.645),
    ] {
        let expect = (sigma * z).exp();
        let is = quantile(share);
        assert!(
            (is / expect - 1.0).abs() < 0.1,
            "quantile {share}: {is} instead of {expect}"
        );
    }
}

#[test]
fn a_trial_that_is_stopped_frees_its_worker_at_once() {
    let (journal, all) = (MemoryJournal::new(), StopEvery(1));
    let (summary, usage) = run(6, study(space(), 4, &journal).pruner(all), |sim| {
        Cluster::new(sim, Seed::new(0), minutes(), 4)
    });
    assert_eq!(
        (summary.counts.stopped, usage.units),
        (40, 40),
        "one unit each"
    );
    assert_eq!(usage.elapsed.as_secs(), 10 * 60);
}

#[test]
fn a_workload_can_fail_its_trials() {
    let diverges = Workload::fallible(UNITS, |work, at| {
        match work.trial.get() % 2 == 1 && at.get() == 2 {
            true => Err(Failure::new(FailureKind::Error, "it diverged")),
            false => Ok(Step::new(60.0, 1.0)),
        }
    });
    let journal = MemoryJournal::new();
    let (summary, _) = run(7, study(space(), 4, &journal), |sim| {
        Cluster::new(sim, Seed::new(0), diverges, 4)
    });
    assert_eq!((summary.counts.failed, summary.counts.completed), (20, 20));
    let endless = Workload::new(1, |_, _| Step::new(f64::NAN, 1.0));
    let journal = MemoryJournal::new();
    run(8, study(space(), 4, &journal), |sim| {
        Cluster::new(sim, Seed::new(0), endless, 4)
    });
    let failure = trials(&journal)[0].failure.clone().unwrap().to_string();
    assert!(failure.contains("takes NaN s"), "{failure}");
}
