//! A study that is killed at any moment and resumed ends as one that never was, whatever its number of workers.

use tuning_asha::AshaConfig;
use tuning_core::{FidelityRange, Order, Parameter, Space, Trials};
use tuning_runtime::{MemoryJournal, Study, blocking};
use tuning_strategies::RandomConfig;

const EPOCHS: u64 = 27;

/// Runs the study of this journal to its end.
fn run(journal: &MemoryJournal, workers: usize) {
    let space = Space::new([
        Parameter::float("lr", 1e-5, 1.0).log(),
        Parameter::float("momentum", 0.0, 0.99),
        Parameter::categorical("optimizer", ["adam", "sgd"]),
    ]);
    let builder = Study::builder("resume", space.unwrap())
        .minimize("loss")
        .fidelity(FidelityRange::new(1, EPOCHS).unwrap())
        .strategy(AshaConfig::over(RandomConfig::default()))
        .trials(40)
        .seed(11)
        .order(Order::AS_PROPOSED)
        .workers(workers)
        .journal(journal.clone());
    let objective = blocking(|trial| {
        let (lr, momentum) = (
            trial.params().float("lr")?,
            trial.params().float("momentum")?,
        );
        let loss =
            |epoch: u64| (lr.log10() + 2.5).powi(2) + (momentum - 0.7).powi(2) + 1.0 / epoch as f64;
        let begun = trial.origin().at().map_or(0, |at| at.get());
        for epoch in begun + 1..=EPOCHS {
            trial.report(epoch, loss(epoch))?; // a stop or a pause leaves here
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(loss(EPOCHS))
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { builder.open().await.unwrap().run(objective).await.unwrap() });
}

/// Everything that was decided and measured, as JSON: all but the times.
fn export(journal: &MemoryJournal) -> String {
    let mut trials = Trials::new();
    for entry in journal.entries() {
        trials.apply(0, &entry.kind);
    }
    let mut lines = String::new();
    for mut trial in trials {
        (trial.retries, trial.took_micros) = (0, 0);
        lines += &serde_json::to_string(&trial).unwrap();
        lines.push('\n');
    }
    lines
}

#[test]
fn it_resumes_as_if_it_had_never_stopped() {
    let whole = MemoryJournal::new();
    run(&whole, 8);
    let (expect, entries) = (export(&whole), whole.entries().len());
    for workers in [1, 2, 8] {
        for eighth in [0, 1, 3, 5, 7] {
            // What a crash has left: the first entries alone.
            let left = whole.prefix(entries * eighth / 8);
            run(&left, workers);
            assert_eq!(
                export(&left),
                expect,
                "killed at {eighth}/8 of {entries}, resumed with {workers} workers"
            );
        }
    }
    assert!(
        !expect.contains(r#""state":"paused""#),
        "a trial is left paused: {expect}"
    );
}
