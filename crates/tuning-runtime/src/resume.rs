//! [`check_resume`]: a study that is killed and resumed ends as one that never stopped.

use tuning_core::{Evaluator, Order, Trial, Trials};

use crate::{MemoryJournal, StudyBuilder};

/// How many trials run side by side in the study that is not killed.
const WORKERS: usize = 8;

/// Checks that a study ends as one that never stopped, wherever it is killed and whatever the number of workers with
/// which it is resumed: a test for authors of strategies, in a whole study.
///
/// `study` makes the settings: space, objectives, strategy, a budget of trials, a seed. Order, workers and journal are
/// the check's. `evaluator` makes what evaluates: its results must depend on the trial alone. Returns the trials as they
/// ended, without what depends on the clock.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Space};
/// use tuning_runtime::{Study, blocking, check_resume};
/// # use tuning_core::*;
/// # struct MyConfig;
/// # impl StrategyConfig for MyConfig {
/// #     type Strategy = Random;
/// #     fn spec(&self) -> Spec { Spec::new("random") }
/// #     fn build(&self, p: &Problem) -> Result<Random, Unsupported> { Ok(Random(p.space.clone())) }
/// # }
/// # struct Random(Space);
/// # impl Strategy for Random {
/// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
/// #         Ok(Asked::Propose(vec![Proposal::start(self.0.decode(&[ask.seed(0).unit()]).unwrap())]))
/// #     }
/// #     fn tell(&mut self, _: &Fact) {}
/// # }
///
/// let study = || {
///     let space = Space::new([Parameter::float("x", 0.0, 1.0)]).expect("it is well formed");
///     Study::builder("resume", space).minimize("loss").strategy(MyConfig).trials(20).seed(11)
/// };
/// let trials = check_resume(study, || blocking(|trial| trial.params().float("x")));
/// assert_eq!(trials.len(), 20);
/// ```
///
/// # Panics
/// If a study ends in another way than the one that never stopped, or cannot be run.
#[track_caller]
pub fn check_resume<E: Evaluator + 'static>(
    study: impl Fn() -> StudyBuilder,
    evaluator: impl Fn() -> E,
) -> Vec<Trial> {
    let run = |journal: &MemoryJournal, workers| {
        let study = study().order(Order::AS_PROPOSED).workers(workers);
        let study = study.journal(journal.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap_or_else(|error| panic!("no runtime for the study: {error}"));
        let run = async { study.open().await?.run(evaluator()).await };
        runtime
            .block_on(run)
            .unwrap_or_else(|error| panic!("the study cannot be run: {error}"));
    };
    let whole = MemoryJournal::new();
    run(&whole, WORKERS);
    let (ended, entries) = (trials(&whole), whole.entries().len());
    let expect = lines(&ended);
    for workers in [1, 2, WORKERS] {
        for eighth in [0, 1, 3, 5, 7] {
            // What a crash has left: the first entries alone.
            let left = whole.prefix(entries * eighth / 8);
            run(&left, workers);
            let found = lines(&trials(&left));
            let differs =
                (0..found.len().max(expect.len())).find(|k| found.get(*k) != expect.get(*k));
            if let Some(first) = differs {
                let show =
                    |lines: &[String]| lines.get(first).map_or("none", |line| line).to_owned();
                panic!(
                    "killed after {} of {entries} entries and resumed with {workers} workers, trial {first} became\n{}\n\
                     where the study that never stopped has\n{}",
                    entries * eighth / 8,
                    show(&found),
                    show(&expect),
                );
            }
        }
    }
    ended
}

/// All that was decided and measured: all but the times, and how often work that was lost was tried again.
fn trials(journal: &MemoryJournal) -> Vec<Trial> {
    let mut trials = Trials::new();
    for entry in journal.entries() {
        trials.apply(0, &entry.kind);
    }
    let timeless = |mut trial: Trial| {
        (trial.retries, trial.took_micros) = (0, 0);
        trial
    };
    trials.into_iter().map(timeless).collect()
}

fn lines(trials: &[Trial]) -> Vec<String> {
    let line = |trial: &Trial| {
        serde_json::to_string(trial).unwrap_or_else(|error| panic!("no JSON of a trial: {error}"))
    };
    trials.iter().map(line).collect()
}
