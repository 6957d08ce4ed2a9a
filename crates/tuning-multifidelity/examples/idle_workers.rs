//! How long the workers of a simulated cluster wait, by scheduler, where durations vary as on machines that others use:
//! `cargo run --release -p tuning-multifidelity --example idle_workers`.
#![expect(clippy::print_stdout, reason = "an example that prints a table")]

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use tuning_core::{Budget, FidelityRange, Parameter, Seed, Space};
use tuning_multifidelity::{AshaConfig, HyperbandConfig, SuccessiveHalvingConfig};
use tuning_runtime::{
    Study, StudyBuilder,
    sim::{Cluster, SimExecutor, Step, Workload},
};
use tuning_strategies::RandomConfig;

/// Trials of 81 epochs of a minute each.
const WHOLE: u64 = 81;

const DAY: Duration = Duration::from_secs(86_400);

struct Scheduler {
    name: &'static str,
    schedules: fn(StudyBuilder) -> StudyBuilder,
}

const SCHEDULERS: [Scheduler; 3] = [
    Scheduler {
        name: "asha",
        schedules: |study| {
            study.strategy(AshaConfig::over(RandomConfig::default()).min_resource(1))
        },
    },
    Scheduler {
        name: "successive_halving",
        schedules: |study| {
            study.strategy(SuccessiveHalvingConfig::over(RandomConfig::default()).min_resource(1))
        },
    },
    Scheduler {
        name: "hyperband",
        schedules: |study| {
            study.strategy(HyperbandConfig::over(RandomConfig::default()).min_resource(1))
        },
    },
];

/// Runs one study, and prints what its workers did.
fn run(scheduler: &Scheduler, workers: usize, budget: Budget) -> Result<(), Box<dyn Error>> {
    let sim = SimExecutor::new(Seed::new(1));
    let curves = Workload::new(WHOLE, |work, epoch| {
        let x = work.params.float("x").unwrap_or(1.0);
        Step::new(60.0, (x - 0.3).abs() + 1.0 / epoch.get() as f64)
    });
    let cluster = Cluster::new(&sim, Seed::new(2), curves, workers).stragglers(1.0);
    let space = Space::new([Parameter::float("x", 0.0, 1.0)])?;
    let study = Study::builder(scheduler.name, space)
        .minimize("loss")
        .fidelity(FidelityRange::new(1, WHOLE)?)
        .budget(budget)
        .workers(workers)
        .executor(Arc::new(sim.clone()));
    let study = (scheduler.schedules)(study);
    let began = Instant::now();
    let summary = sim.run(async { study.open().await?.run(cluster.clone()).await })??;
    let usage = cluster.usage();
    println!(
        "{:<20} {workers:>7} {:>7} {:>8} {:>8.2} {:>7.2} {:>9.2}",
        scheduler.name,
        summary.counts.started,
        usage.units,
        usage.elapsed.as_secs_f64() / DAY.as_secs_f64(),
        100.0 * usage.idle_share(),
        began.elapsed().as_secs_f64(),
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("scheduler            workers  trials   epochs     days  idle %  real time");
    for scheduler in &SCHEDULERS {
        run(scheduler, 8, Budget::default().time(20 * DAY))?;
    }
    // As many trials as a simulation may have.
    run(&SCHEDULERS[0], 64, Budget::trials(100_000))
}
