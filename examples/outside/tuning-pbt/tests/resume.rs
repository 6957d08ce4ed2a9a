//! A study that is killed at any moment and resumed ends as one that never was, whatever its number of workers.

use tuning_core::{FidelityRange, Parameter, Space, TrialState};
use tuning_pbt::PbtConfig;
use tuning_runtime::{Study, blocking, check_resume};

const EPOCHS: u64 = 27;

#[test]
fn it_resumes_as_if_it_had_never_stopped() {
    let study = || {
        let space = Space::new([
            Parameter::float("lr", 1e-5, 1.0).log(),
            Parameter::float("momentum", 0.0, 0.99),
            Parameter::categorical("optimizer", ["adam", "sgd"]),
        ]);
        Study::builder("resume", space.unwrap())
            .minimize("loss")
            .fidelity(FidelityRange::new(1, EPOCHS).unwrap())
            .strategy(PbtConfig::default())
            .trials(40)
            .seed(11)
    };
    let evaluator = || {
        blocking(|trial| {
            let lr = trial.params().float("lr")?.log10();
            let momentum = trial.params().float("momentum")?;
            let loss =
                |epoch: u64| (lr + 2.5).powi(2) + (momentum - 0.7).powi(2) + 1.0 / epoch as f64;
            let begun = trial.origin().at().map_or(0, |at| at.get());
            for epoch in begun + 1..=EPOCHS {
                trial.report(epoch, loss(epoch))?; // a stop or a pause leaves here
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(loss(EPOCHS))
        })
    };
    let trials = check_resume(study, evaluator);
    let mut states = trials.iter().map(|trial| trial.state);
    assert!(
        states.all(|state| state != TrialState::Paused),
        "a trial is left paused: {trials:?}"
    );
}
