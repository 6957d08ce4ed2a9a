//! What decides by intermediate results is killed at fifty moments, and decides as if it never had been: rungs, brackets,
//! promotions, forks. With a test for each scheduler, on a simulated cluster whose work straggles, fails and is preempted.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use torture::Scheduler;
use tuning_core::{
    Ask, Asked, Budget, Fact, FailureKind, FailureLimit, FidelityRange, Order, Parameter, Problem,
    Proposal, Seed, Space, Spec, Strategy, StrategyConfig, StrategyError, Trial, TrialState,
    Trials, Unsupported,
};
use tuning_runtime::{
    MemoryJournal, Retry, Study, StudyBuilder, StudyError, Summary,
    sim::{Cluster, SimExecutor, Step, Workload},
};

const WHOLE: u64 = 9;

/// How many trials a study starts.
const TRIALS: u64 = 40;

/// At how many moments each study is killed.
const MOMENTS: u64 = 50;

/// Proposals see results up to this many pieces of work ago: as many workers decide the same.
const LAG: usize = 8;

/// What a session came to; none if its process died.
type Ended = Option<Result<Summary, StudyError>>;

/// What is put into a study to schedule it.
type Schedules<'a> = &'a dyn Fn(StudyBuilder) -> StudyBuilder;

fn study(schedules: Schedules<'_>) -> StudyBuilder {
    let space = Space::new([
        Parameter::float("lr", 1e-4, 1.0).log(),
        Parameter::categorical("kind", ["a", "b"]),
    ]);
    let study = Study::builder("killed", space.unwrap())
        .minimize("loss")
        .fidelity(FidelityRange::new(1, WHOLE).unwrap())
        .seed(Seed::new(11))
        .order(Order::AsProposed {
            lag: NonZeroUsize::new(LAG).unwrap(),
        })
        .budget(Budget::trials(TRIALS).failures(FailureLimit::Never))
        .retry(Retry::never().on(FailureKind::Lost, u32::MAX));
    schedules(study)
}

/// Curves that cross, so that rungs rank trials in different ways.
fn curves() -> Workload {
    Workload::new(WHOLE, |work, at| {
        let lr = work.params.float("lr").unwrap_or(1.0);
        let floor = (lr.ln() + 4.0).abs() + 0.2 * work.seed.unit();
        Step::new(60.0, floor + 3.0 * lr / at.get() as f64)
    })
}

/// One session of a study, which dies after this many steps.
fn session(
    schedules: Schedules<'_>,
    journal: &MemoryJournal,
    workers: usize,
    seed: u64,
    steps: u64,
) -> Ended {
    let sim = SimExecutor::new(Seed::new(seed));
    let cluster = Cluster::new(&sim, Seed::new(3), curves(), workers)
        .stragglers(0.8)
        .failing(0.1)
        .preempted(Duration::from_secs(3_000), Duration::from_secs(300));
    let study = study(schedules)
        .workers(workers)
        .journal(journal.clone())
        .executor(Arc::new(sim.clone()));
    sim.run_for(steps, async { study.open().await?.run(cluster).await })
        .expect("no deadlock")
}

/// What was decided and measured: all but times, and how often work was tried.
fn export(journal: &MemoryJournal) -> String {
    let mut trials = Trials::new();
    for entry in journal.entries() {
        trials.apply(0, &entry.kind);
    }
    let timeless = |mut trial: Trial| {
        (trial.retries, trial.took_micros) = (0, 0);
        serde_json::to_string(&trial).unwrap()
    };
    let lines: Vec<String> = trials.into_iter().map(timeless).collect();
    lines.join("\n")
}

/// The study that nothing interrupts.
fn uninterrupted(schedules: Schedules<'_>, workers: usize, seed: u64) -> MemoryJournal {
    let journal = MemoryJournal::new();
    let ended = session(schedules, &journal, workers, seed, u64::MAX);
    ended.expect("it does not die").unwrap();
    journal
}

/// A number of steps after which a session dies, not far from its end.
fn late(schedules: Schedules<'_>, workers: usize) -> u64 {
    let dies =
        |steps: &u64| session(schedules, &MemoryJournal::new(), workers, 0, *steps).is_none();
    let sixteenths = |power: u32| (16..32).map(move |part| part << power);
    let steps = (0..30).flat_map(sixteenths).take_while(dies);
    steps.last().expect("a study has more than sixteen steps")
}

/// Whether a study decides the same with any number of workers, and killed at any moment: the first difference if not.
fn survives(schedules: Schedules<'_>) -> Result<(), String> {
    let expected = export(&uninterrupted(schedules, 1, 0));
    let same = |what: String, journal: &MemoryJournal| match export(journal) == expected {
        true => Ok(()),
        false => Err(what),
    };
    for workers in [2, LAG] {
        same(
            format!("{workers} workers"),
            &uninterrupted(schedules, workers, 1),
        )?;
    }
    let workers = [1, 2, LAG];
    let late = workers.map(|workers| late(schedules, workers));
    for moment in 1..=MOMENTS {
        let place = moment as usize % workers.len();
        let steps = 1 + late[place] * moment / (MOMENTS + 1);
        let journal = MemoryJournal::new();
        let what = format!("{} workers, killed after {steps} steps", workers[place]);
        let killed = session(schedules, &journal, workers[place], 0, steps);
        assert!(killed.is_none(), "{what}: it had ended");
        // Whoever resumes it may have another number of workers.
        let others = workers[(place + 1) % workers.len()];
        let ended = session(schedules, &journal, others, moment, u64::MAX);
        ended.expect("it does not die").unwrap();
        same(what, &journal)?;
    }
    Ok(())
}

fn check(scheduler: Scheduler) {
    let schedules = |study| scheduler.schedules(study);
    let whole = uninterrupted(&schedules, 1, 0);
    let mut trials = Trials::new();
    for entry in whole.entries() {
        trials.apply(0, &entry.kind);
    }
    let count = |state| trials.iter().filter(|trial| trial.state == state).count();
    assert_eq!(trials.len() as u64, TRIALS, "{scheduler}");
    assert_eq!(
        count(TrialState::Paused),
        0,
        "{scheduler}: nothing waits for ever"
    );
    let is_varied = count(TrialState::Stopped) > 5
        && count(TrialState::Completed) > 2
        && count(TrialState::Failed) > 0;
    assert!(is_varied, "{scheduler}: there is little to be decided");
    assert_eq!(survives(&schedules), Ok(()), "{scheduler}");
}

/// A broken twin of random search: every seventh proposal depends on how often it was asked, which no journal tells.
#[derive(Debug)]
struct Forgetful {
    space: Space,
    asks: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct ForgetfulConfig;

impl StrategyConfig for ForgetfulConfig {
    type Strategy = Forgetful;

    fn spec(&self) -> Spec {
        Spec::new("forgetful")
    }

    fn build(&self, problem: &Problem) -> Result<Forgetful, Unsupported> {
        Ok(Forgetful {
            space: problem.space.clone(),
            asks: AtomicU64::new(0),
        })
    }
}

impl Strategy for Forgetful {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let asks = self.asks.fetch_add(1, Ordering::Relaxed);
        let place = match asks % 7 {
            6 => 0.5,
            _ => ask.seed(0).unit(),
        };
        let point = vec![place; self.space.len()];
        let params = self.space.decode(&point)?;
        Ok(Asked::Propose(vec![Proposal::start(params)]))
    }

    fn tell(&mut self, _: &Fact) {}
}

#[test]
fn what_depends_on_more_than_facts_is_noticed() {
    let found = survives(&|study| study.strategy(ForgetfulConfig));
    let found = found.expect_err("it decides otherwise once it was killed");
    assert!(found.contains("killed after"), "{found}");
}

#[test]
fn asha_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::Asha);
}

#[test]
fn asha_over_a_strategy_that_learns_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::AshaOverTpe);
}

#[test]
fn stopping_asha_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::AshaStopping);
}

#[test]
fn successive_halving_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::SuccessiveHalving);
}

#[test]
fn hyperband_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::Hyperband);
}

#[test]
fn population_based_training_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::Pbt);
}

#[test]
fn freeze_thaw_decides_as_if_it_had_never_been_killed() {
    check(Scheduler::FreezeThaw);
}
