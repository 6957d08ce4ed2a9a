//! Trials that a strategy gives up: what is kept of them is removed, once, and not too early.

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Random, StopEvery, space};
use async_trait::async_trait;
use tuning_core::{
    Ask, Asked, Entry, Evaluator, EventKind, Fact, Fidelity, FidelityRange, Interrupted,
    IntoOutcome as _, Journal, JournalError, Metrics, ObserverStatus, Origin, Outcome, Params,
    Problem, Proposal, RunningTrial, Seed, Seq, Spec, Strategy, StrategyConfig, StrategyError,
    TrialId, Turn, Unsupported, Values,
};
use tuning_runtime::{
    Executor, MemoryJournal, Study, StudyBuilder, StudyError, Summary,
    sim::{FaultyJournal, SimExecutor},
};

/// Runs three trials to 1, gives all but the first up, and resumes that one; perhaps the last one is forked
/// in the answer that gives it up.
#[derive(Clone, Copy, Debug)]
struct Thrifty {
    forks: bool,
}

#[derive(Debug)]
struct Saving {
    forks: bool,
    params: Params,
    started: u64,
    paused: BTreeSet<TrialId>,
    pauses: u64,
}

const FIRST: TrialId = TrialId::new(0);
const GIVEN_UP: [TrialId; 2] = [TrialId::new(1), TrialId::new(2)];

impl StrategyConfig for Thrifty {
    type Strategy = Saving;

    fn spec(&self) -> Spec {
        Spec::new("thrifty")
    }

    fn build(&self, problem: &Problem) -> Result<Saving, Unsupported> {
        Ok(Saving {
            forks: self.forks,
            params: problem.space.decode(&[0.5, 0.5]).unwrap(),
            started: 0,
            paused: BTreeSet::new(),
            pauses: 0,
        })
    }
}

impl Strategy for Saving {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        let params = self.params.clone();
        if self.started < 3 {
            let start = Proposal::start(params).until(Fidelity::new(1));
            return Ok(Asked::Propose(vec![start]));
        }
        if self.pauses < 3 {
            return Ok(Asked::Wait);
        }
        let [_, last] = GIVEN_UP;
        if self.forks && self.started == 3 {
            let fork = Proposal::fork(last, params);
            return Ok(Asked::Propose(vec![fork, Proposal::give_up(last)]));
        }
        let decide = |trial: &TrialId| match *trial {
            FIRST => Proposal::resume(FIRST),
            other => Proposal::give_up(other),
        };
        let proposals: Vec<_> = self.paused.iter().map(decide).collect();
        match proposals.is_empty() {
            true => Ok(Asked::Done),
            false => Ok(Asked::Propose(proposals)),
        }
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(_) => self.started += 1,
            Fact::Paused(paused) => {
                self.pauses += 1;
                self.paused.insert(paused.trial);
            }
            Fact::Resumed(resumed) => {
                self.paused.remove(&resumed.trial);
            }
            Fact::Ended(ended) => {
                self.paused.remove(&ended.trial);
            }
            _ => {}
        }
    }
}

/// What happened to a trial, and whether its end was in the journal then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noted {
    Evaluated(TrialId),
    Discarded(TrialId, bool),
}

/// Reports 1 to 3, and notes what it evaluates and discards.
#[derive(Clone)]
struct Notes {
    journal: MemoryJournal,
    clock: Arc<dyn Executor>,
    noted: Arc<Mutex<Vec<Noted>>>,
}

impl Notes {
    fn new(journal: &MemoryJournal, clock: &SimExecutor) -> Self {
        Self {
            journal: journal.clone(),
            clock: Arc::new(clock.clone()),
            noted: Arc::default(),
        }
    }

    fn discarded(&self) -> Vec<(TrialId, bool)> {
        let noted = self.noted.lock().unwrap().clone();
        let discarded = |noted| match noted {
            Noted::Discarded(trial, durable) => Some((trial, durable)),
            Noted::Evaluated(_) => None,
        };
        noted.into_iter().filter_map(discarded).collect()
    }

    async fn train(&self, trial: &RunningTrial) -> Result<f64, Interrupted> {
        for step in trial.origin().at().map_or(0, Fidelity::get) + 1..=3 {
            self.clock.sleep(Duration::from_secs(1)).await;
            trial.report(step, 1.0).await?;
        }
        Ok(1.0)
    }
}

#[async_trait]
impl Evaluator for Notes {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let outcome = self.train(&trial).await.into_outcome(trial.objectives());
        let mut noted = self.noted.lock().unwrap();
        noted.push(Noted::Evaluated(trial.id()));
        outcome
    }

    async fn discard(&self, trial: TrialId) {
        let durable = ends(&self.journal).contains(&trial);
        let mut noted = self.noted.lock().unwrap();
        noted.push(Noted::Discarded(trial, durable));
    }
}

/// The trials that have ended as a journal has it.
fn ends(journal: &MemoryJournal) -> BTreeSet<TrialId> {
    let end = |entry: Entry| match entry.kind {
        EventKind::Fact(Fact::Ended(ended)) => Some(ended.trial),
        _ => None,
    };
    journal.entries().into_iter().filter_map(end).collect()
}

/// A journal whose appends take a while.
#[derive(Debug)]
struct Slow<J> {
    inner: J,
    clock: SimExecutor,
}

#[async_trait]
impl<J: Journal> Journal for Slow<J> {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        self.clock.sleep(Duration::from_secs(30)).await;
        self.inner.append(after, entries).await
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.read(after, limit).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        self.inner.cursor(observer).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.inner.set_cursor(observer, at).await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        self.inner.observer_statuses().await
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        self.inner.set_observer_status(status).await
    }
}

fn study(sim: &SimExecutor, journal: impl Journal + 'static, forks: bool) -> StudyBuilder {
    let journal = Slow {
        inner: journal,
        clock: sim.clone(),
    };
    Study::builder("thrifty", space())
        .minimize("loss")
        .strategy(Thrifty { forks })
        .fidelity(FidelityRange::new(1, 3).unwrap())
        .workers(2)
        .executor(Arc::new(sim.clone()))
        .journal(journal)
}

fn run(sim: &SimExecutor, study: StudyBuilder, notes: &Notes) -> Result<Summary, StudyError> {
    let notes = notes.clone();
    sim.run(async { study.open().await?.run(notes).await })
        .expect("no deadlock")
}

#[test]
fn what_was_given_up_is_discarded_once_its_end_is_durable() {
    for seed in 0..40 {
        let (sim, journal) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        let notes = Notes::new(&journal, &sim);
        let counts = run(&sim, study(&sim, journal.clone(), false), &notes)
            .unwrap()
            .counts;
        assert_eq!((counts.completed, counts.stopped), (1, 2), "seed {seed}");
        let expected = GIVEN_UP.map(|trial| (trial, true));
        assert_eq!(notes.discarded(), expected, "seed {seed}");
    }
}

#[test]
fn after_a_crash_between_the_end_and_the_removal_it_is_discarded_again() {
    for seed in 0..4 {
        let (sim, whole) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        let notes = Notes::new(&whole, &sim);
        run(&sim, study(&sim, whole.clone(), false), &notes).unwrap();
        let entries = whole.entries().len();
        for cut in 0..=entries {
            let journal = whole.prefix(cut);
            let notes = Notes::new(&journal, &sim);
            run(&sim, study(&sim, journal.clone(), false), &notes).unwrap();
            let expected = GIVEN_UP.map(|trial| (trial, true));
            assert_eq!(
                notes.discarded(),
                expected,
                "seed {seed}, cut at {cut} of {entries}"
            );
        }
    }
}

#[test]
fn nothing_is_discarded_whose_end_could_not_be_written() {
    let mut failed_with = BTreeSet::new();
    for appends in 0..40 {
        let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
        let notes = Notes::new(&journal, &sim);
        let faulty = FaultyJournal::after(appends, journal.clone());
        let ran = run(&sim, study(&sim, faulty, false), &notes);
        let discarded = notes.discarded();
        assert!(
            discarded.iter().all(|(_, durable)| *durable),
            "{appends} appends: {discarded:?}"
        );
        if ran.is_err() {
            failed_with.insert(discarded.len());
        }
    }
    assert!(failed_with.contains(&0), "{failed_with:?}");
}

#[test]
fn what_work_in_flight_forks_is_discarded_after_that_work() {
    for (seed, workers) in (0..20).flat_map(|seed| [(seed, 1), (seed, 4)]) {
        let (sim, journal) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        let notes = Notes::new(&journal, &sim);
        let study = study(&sim, journal.clone(), true).workers(workers);
        let counts = run(&sim, study, &notes).unwrap().counts;
        assert_eq!((counts.completed, counts.stopped), (2, 2), "seed {seed}");
        let [other, donor] = GIVEN_UP;
        let mut discarded = notes.discarded();
        discarded.sort();
        assert_eq!(discarded, [(other, true), (donor, true)], "seed {seed}");
        let noted = notes.noted.lock().unwrap().clone();
        let place = |wanted| noted.iter().rposition(|noted| *noted == wanted).unwrap();
        let fork = place(Noted::Evaluated(TrialId::new(3)));
        assert!(
            fork < place(Noted::Discarded(donor, true)),
            "seed {seed}, {workers} workers: {noted:?}"
        );
    }
}

#[test]
fn trials_that_are_pruned_fail_complete_or_are_cancelled_are_not_discarded() {
    /// Fails every third trial, and cancels a trial that is paused.
    struct Odd(Notes);

    #[async_trait]
    impl Evaluator for Odd {
        async fn evaluate(&self, trial: RunningTrial) -> Outcome {
            match trial.id().get() % 3 {
                1 => Err::<f64, _>("diverged").into_outcome(trial.objectives()),
                _ => self.0.evaluate(trial).await,
            }
        }

        async fn discard(&self, trial: TrialId) {
            self.0.discard(trial).await;
        }
    }

    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let notes = Notes::new(&journal, &sim);
    let study = study(&sim, journal.clone(), false)
        .strategy(Random)
        .pruner(StopEvery(3))
        .trials(12);
    let evaluator = Odd(notes.clone());
    let counts = sim
        .run(async { study.open().await?.run(evaluator).await })
        .unwrap()
        .unwrap()
        .counts;
    assert_eq!((counts.completed, counts.failed, counts.stopped), (4, 4, 4));
    assert_eq!(notes.discarded(), []);
}

#[test]
fn a_paused_trial_that_is_cancelled_is_not_discarded() {
    /// Cancels trial 1, which is paused, when the first one is resumed.
    struct Cancels(Notes, tuning_runtime::StudyHandle);

    #[async_trait]
    impl Evaluator for Cancels {
        async fn evaluate(&self, trial: RunningTrial) -> Outcome {
            if trial.id() == TrialId::new(2) {
                self.1.cancel(TrialId::new(1));
            }
            self.0.evaluate(trial).await
        }

        async fn discard(&self, trial: TrialId) {
            self.0.discard(trial).await;
        }
    }

    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let notes = Notes::new(&journal, &sim);
    let study = study(&sim, journal.clone(), false).workers(1);
    let counts = sim
        .run(async {
            let mut study = study.open().await?;
            let evaluator = Cancels(notes.clone(), study.handle());
            study.run(evaluator).await
        })
        .unwrap()
        .unwrap()
        .counts;
    assert_eq!((counts.completed, counts.failed, counts.stopped), (1, 1, 1));
    assert_eq!(notes.discarded(), [(TrialId::new(2), true)]);
}

#[test]
fn a_manual_session_hears_of_it_once_and_the_next_session_again() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let told = sim.run(async {
        let mut open = study(&sim, journal.clone(), true).open().await?;
        let mut session = open.manual().await?;
        let mut told = Vec::new();
        while let Turn::Work(work) = session.ask(NonZeroUsize::MIN).await? {
            let given_up = session.take_given_up();
            let durable = ends(&journal);
            assert!(given_up.iter().all(|trial| durable.contains(trial)));
            told.push(given_up);
            for work in work {
                let forked = matches!(work.origin, Origin::Forked(_));
                let loss = || Values::one(1.0).unwrap();
                let until = work.until.unwrap_or(Fidelity::new(3));
                session
                    .report(work.trial, until, loss(), Metrics::default())
                    .await?;
                assert_eq!(session.take_given_up(), [], "the fork needs it: {forked}");
                let outcome = Outcome::Completed(loss());
                session
                    .finish(work.trial, outcome, Metrics::default())
                    .await?;
            }
        }
        told.push(session.take_given_up());
        session.close().await?;
        let mut again = study(&sim, journal.clone(), true).open().await?;
        let mut session = again.manual().await?;
        told.push(session.take_given_up());
        Ok::<_, StudyError>(told)
    });
    let [other, donor] = GIVEN_UP;
    let nothing = Vec::new;
    let expected = [
        nothing(),
        nothing(),
        nothing(),
        nothing(), // the fork begins with what is kept of the donor
        vec![donor, other],
        nothing(),
        vec![donor, other],
    ];
    assert_eq!(told.unwrap().unwrap(), expected);
}

#[test]
fn a_removal_that_hangs_does_not_hold_the_end_of_the_session_and_is_tried_again() {
    /// Never comes to an end of a removal.
    struct Hangs(Notes);

    #[async_trait]
    impl Evaluator for Hangs {
        async fn evaluate(&self, trial: RunningTrial) -> Outcome {
            self.0.evaluate(trial).await
        }

        async fn discard(&self, trial: TrialId) {
            self.0.discard(trial).await;
            std::future::pending().await
        }
    }

    const LINGER: Duration = Duration::from_secs(7);
    for seed in 0..20 {
        let (sim, journal) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        let notes = Notes::new(&journal, &sim);
        let whole = MemoryJournal::new();
        let undisturbed = SimExecutor::new(Seed::new(seed));
        let quick = Notes::new(&whole, &undisturbed);
        run(
            &undisturbed,
            study(&undisturbed, whole.clone(), false),
            &quick,
        )
        .unwrap();

        let study = study(&sim, journal.clone(), false).linger(LINGER);
        let evaluator = Hangs(notes.clone());
        let summary = sim
            .run(async { study.open().await?.run(evaluator).await })
            .expect("it ends")
            .unwrap();
        let counts = summary.counts;
        assert_eq!((counts.completed, counts.stopped), (1, 2), "seed {seed}");
        let late = sim.now().saturating_sub(undisturbed.now());
        assert!(late <= 2 * LINGER, "seed {seed}: {late:?}");
        assert!(!notes.discarded().is_empty(), "seed {seed}");

        // Killed before its end was kept, it is discarded by the session that follows.
        let kept = journal.prefix(journal.entries().len() - 1);
        let notes = Notes::new(&kept, &sim);
        run(
            &sim,
            crate::given_up::study(&sim, kept.clone(), false),
            &notes,
        )
        .unwrap();
        let expected = GIVEN_UP.map(|trial| (trial, true));
        assert_eq!(notes.discarded(), expected, "seed {seed}");
    }
}
