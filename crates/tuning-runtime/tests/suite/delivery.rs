//! What observers are promised, in virtual time: order, circuits, catching up, and statuses.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Random, Seen, space};
use async_trait::async_trait;
use futures_util::future::{self, Either};
use tuning_core::{
    Circuit, Entry, Event, EventKind, Fact, Journal, JournalError, Observer, ObserverError,
    ObserverStatus, Progress, Seed, Seq,
};
use tuning_runtime::{
    Breaker, Delivery, Executor, MemoryJournal, Study, StudyBuilder, StudyError, Summary,
    asynchronous, sim::SimExecutor,
};

const MINUTE: Duration = Duration::from_secs(60);

/// Trials of up to ten minutes, two at once.
pub(crate) fn study(
    sim: &SimExecutor,
    journal: impl Journal + 'static,
    trials: u64,
) -> StudyBuilder {
    Study::builder("delivery", space())
        .minimize("loss")
        .strategy(Random)
        .trials(trials)
        .workers(2)
        .executor(Arc::new(sim.clone()))
        .journal(journal)
}

pub(crate) async fn run(sim: &SimExecutor, study: StudyBuilder) -> Result<Summary, StudyError> {
    let clock = sim.clone();
    let objective = asynchronous(move |trial| {
        let (clock, seconds) = (clock.clone(), 1 + trial.seed().get() % 600);
        async move {
            clock.sleep(Duration::from_secs(seconds)).await;
            trial.params().float("x")
        }
    });
    study.open().await?.run(objective).await
}

pub(crate) fn all(journal: &MemoryJournal) -> Vec<u64> {
    (1..=journal.entries().len() as u64).collect()
}

/// A sink that takes events while `up` says so of the time that has passed.
struct Sink<U> {
    sim: SimExecutor,
    began: Duration,
    up: U,
    seen: Seen,
    missed: Arc<Mutex<u64>>,
}

impl<U: Fn(Duration) -> bool + Send> Sink<U> {
    fn new(sim: &SimExecutor, up: U) -> Self {
        Self {
            sim: sim.clone(),
            began: sim.now(),
            up,
            seen: Seen::default(),
            missed: Arc::default(),
        }
    }
}

#[async_trait]
impl<U: Fn(Duration) -> bool + Send> Observer for Sink<U> {
    fn name(&self) -> &str {
        "sink"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        match (self.up)(self.sim.now() - self.began) {
            true => self.seen.observe(event).await,
            false => Err(ObserverError::new("the sink is down")),
        }
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        *self.missed.lock().unwrap() += events;
        Ok(())
    }
}

fn half_an_hour_down(passed: Duration) -> bool {
    !(10 * MINUTE..40 * MINUTE).contains(&passed)
}

#[test]
fn a_durable_sink_that_is_down_for_a_while_misses_nothing_and_gets_it_in_order() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let sink = Sink::new(&sim, half_an_hour_down);
    let seen = sink.seen.clone();
    let study = study(&sim, journal.clone(), 40).observe(sink, Delivery::durable());
    let summary = sim.run(run(&sim, study)).unwrap().unwrap();
    assert_eq!(seen.numbers(), all(&journal));
    let report = &summary.observers[0];
    assert!(report.is_clean() && report.failed > 5, "{report:?}");
    assert_eq!((report.circuit, report.behind), (Circuit::Closed, 0));
    assert_eq!(report.delivered, journal.entries().len() as u64);
    // Left alone ever longer, up to a minute: not tried a thousand times.
    assert!(report.failed < 50, "{report:?}");
    assert!(!summary.to_string().contains("sink"), "{summary}");
}

#[test]
fn a_lossless_sink_that_is_down_is_passed_over_and_told_how_much_it_missed() {
    for delivery in [Delivery::lossless(), Delivery::lossy()] {
        let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
        let sink = Sink::new(&sim, half_an_hour_down);
        let (seen, missed) = (sink.seen.clone(), Arc::clone(&sink.missed));
        let study = study(&sim, journal.clone(), 40).observe(sink, delivery);
        let summary = sim.run(run(&sim, study)).unwrap().unwrap();
        let report = &summary.observers[0];
        let (seen, missed) = (seen.numbers(), *missed.lock().unwrap());
        assert!(
            missed > 0 && report.failed >= 5 && !report.is_clean(),
            "{report:?}"
        );
        assert_eq!((report.dropped, report.circuit), (missed, Circuit::Closed));
        assert_eq!(report.delivered, seen.len() as u64);
        // Each event of the session was taken, failed, or dropped.
        let events = summary.entries.get() - 1;
        assert_eq!(report.delivered + report.failed + report.dropped, events);
        assert_eq!(seen.last(), Some(&summary.entries.get()));
        let text = summary.to_string();
        assert!(text.contains("observer sink: "), "{text}");
        assert!(text.contains("last error: the sink is down"), "{text}");
    }
}

#[test]
fn the_end_of_a_study_is_patient_for_a_while_and_the_rest_stays_for_the_next_start() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let sink = Sink::new(&sim, |passed| passed < 10 * MINUTE);
    let seen = sink.seen.clone();
    let first = study(&sim, journal.clone(), 10)
        .observe(sink, Delivery::durable())
        .linger(7 * MINUTE);
    let before = sim.now();
    let summary = sim.run(run(&sim, first)).unwrap().unwrap();
    let closed = journal.entries().last().unwrap().at_millis;
    assert_eq!(sim.now() - Duration::from_millis(closed), 7 * MINUTE);
    assert!(sim.now() - before > 15 * MINUTE);
    let report = summary.observers[0].clone();
    assert!(report.behind > 0 && !report.is_clean());
    assert_eq!(report.last.get() + report.behind, summary.entries.get());
    assert_eq!(seen.numbers().last(), Some(&report.last.get()));
    let text = summary.to_string();
    for words in [
        format!("{} left for the next session", report.behind),
        "it still failed 420s after the end".to_owned(),
        "circuit ".to_owned(),
        "the sink is down".to_owned(),
    ] {
        assert!(text.contains(&words), "{words}: {text}");
    }
    // It comes back just in time: what it missed comes first.
    let again = Sink {
        seen: seen.clone(),
        ..Sink::new(&sim, |_| true)
    };
    let second = study(&sim, journal.clone(), 11).observe(again, Delivery::durable());
    let summary = sim.run(run(&sim, second)).unwrap().unwrap();
    assert!(summary.observers[0].is_clean(), "{summary}");
    assert_eq!(seen.numbers(), all(&journal));
}

/// A sink that fails as its seed has it, and keeps only what it has flushed.
struct Flaky {
    seed: Seed,
    calls: u64,
    buffered: Vec<u64>,
    kept: Arc<Mutex<Vec<u64>>>,
}

impl Flaky {
    fn fails(&mut self) -> Result<(), ObserverError> {
        self.calls += 1;
        // Bad and good times, of some twenty calls each.
        let bad = self.seed.derive(self.calls / 20).unit() < 0.5;
        let fails = bad && self.seed.derive(1 << 40 | self.calls).unit() < 0.8;
        match fails {
            true => Err(ObserverError::new("flaky")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Observer for Flaky {
    fn name(&self) -> &str {
        "flaky"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.fails()?;
        self.buffered.push(event.seq.get());
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        if let Err(error) = self.fails() {
            self.buffered.clear();
            return Err(error);
        }
        self.kept.lock().unwrap().append(&mut self.buffered);
        Ok(())
    }
}

#[test]
fn whatever_fails_and_wherever_the_study_is_killed_everything_comes_in_order() {
    for seed in 0..60 {
        let (sim, journal) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        let kept = Arc::<Mutex<Vec<u64>>>::default();
        for session in 0..4 {
            let flaky = Flaky {
                seed: Seed::new(seed).derive(session),
                calls: 0,
                buffered: Vec::new(),
                kept: Arc::clone(&kept),
            };
            let study = study(&sim, journal.clone(), 30).observe(flaky, Delivery::durable());
            let killed = sim.sleep(Duration::from_secs(600 + 60 * seed));
            let ended = sim.run(async {
                let run = std::pin::pin!(run(&sim, study));
                matches!(future::select(run, killed).await, Either::Left(_))
            });
            let cursor = sim.run(async { journal.clone().cursor("flaky").await });
            let cursor = cursor.unwrap().unwrap().unwrap_or(Seq::ZERO);
            let safe = kept.lock().unwrap().iter().max().copied().unwrap_or(0);
            assert!(cursor.get() <= safe, "seed {seed}: {cursor} of {safe}");
            if ended.unwrap() {
                break;
            }
        }
        // What was left is delivered in the end.
        let flaky = Flaky {
            seed: Seed::new(seed).derive(99),
            calls: 0,
            buffered: Vec::new(),
            kept: Arc::clone(&kept),
        };
        let last = study(&sim, journal.clone(), 30)
            .observe(flaky, Delivery::durable())
            .linger(100 * MINUTE);
        let reports = sim.run(async { last.open().await?.catch_up().await });
        assert!(reports.unwrap().unwrap()[0].is_clean(), "seed {seed}");
        let mut seen = 0;
        for number in kept.lock().unwrap().iter() {
            assert!(*number <= seen + 1, "seed {seed}: {number} after {seen}");
            seen = seen.max(*number);
        }
        assert_eq!(seen, journal.entries().len() as u64, "seed {seed}");
    }
}

#[test]
fn a_durable_observer_begins_with_the_study_as_it_stood_where_it_goes_on() {
    struct Folds(Seen, Option<Progress>, Arc<Mutex<Vec<String>>>);
    #[async_trait]
    impl Observer for Folds {
        fn name(&self) -> &str {
            "folds"
        }
        async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
            self.1 = Some(so_far.clone());
            Ok(())
        }
        async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
            let progress = self.1.as_mut().expect("it begins before it observes");
            progress.apply(event.at_millis, &event.kind);
            let folded = format!("{:?} {:?}", progress.counts(), progress.best());
            self.2.lock().unwrap().push(folded);
            // Down, once it has seen twenty events of a session.
            if self.0.numbers().len() == 20 {
                return Err(ObserverError::new("down"));
            }
            self.0.observe(event).await
        }
    }
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let folded = Arc::<Mutex<Vec<String>>>::default();
    let mut seen = Vec::new();
    for trials in [30, 40, 50, 50, 50, 50, 50] {
        let one = Folds(Seen::default(), None, Arc::default());
        let (numbers, states) = (one.0.clone(), Arc::clone(&one.2));
        let study = study(&sim, journal.clone(), trials).observe(one, Delivery::durable());
        sim.run(run(&sim, study)).unwrap().unwrap();
        let numbers = numbers.numbers();
        let states = states.lock().unwrap()[..numbers.len()].to_vec();
        folded.lock().unwrap().extend(states);
        seen.extend(numbers);
    }
    let mut whole = Progress::new(tuning_core::Objectives::minimize("loss").unwrap());
    let entries = journal.entries();
    let expected = entries.iter().map(|entry| {
        whole.apply(entry.at_millis, &entry.kind);
        format!("{:?} {:?}", whole.counts(), whole.best())
    });
    let expected: Vec<String> = expected.collect();
    assert!(seen.len() > 100 && seen.iter().copied().eq(1..=seen.len() as u64));
    assert_eq!(*folded.lock().unwrap(), expected[..seen.len()]);
}

#[test]
fn observers_of_one_name_have_places_of_their_own() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let sinks = [true, false, true].map(|up| Sink::new(&sim, move |_| up));
    let seen = sinks.each_ref().map(|sink| sink.seen.clone());
    let study = sinks
        .into_iter()
        .fold(study(&sim, journal.clone(), 5), |study, sink| {
            study.observe(sink, Delivery::durable())
        });
    let summary = sim.run(run(&sim, study)).unwrap().unwrap();
    let names: Vec<_> = summary.observers.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["sink", "sink 2", "sink 3"]);
    assert_eq!(seen[0].numbers(), all(&journal));
    assert!(seen[1].numbers().is_empty());
    assert_eq!(seen[2].numbers(), all(&journal));
    let cursor = sim.run(async { journal.clone().cursor("sink 2").await });
    assert_eq!(
        cursor.unwrap().unwrap(),
        None,
        "it moves over what is taken"
    );
}

/// A journal that counts what is stored of observers, and when.
#[derive(Clone)]
struct Noted {
    inner: MemoryJournal,
    sim: SimExecutor,
    statuses: Arc<Mutex<Vec<(Duration, ObserverStatus)>>>,
}

impl Noted {
    fn new(sim: &SimExecutor) -> Self {
        Self {
            inner: MemoryJournal::new(),
            sim: sim.clone(),
            statuses: Arc::default(),
        }
    }

    fn observer_statuses(&self) -> Vec<(Duration, ObserverStatus)> {
        self.statuses.lock().unwrap().clone()
    }
}

#[async_trait]
impl Journal for Noted {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
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
    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        let noted = (self.sim.now(), status.clone());
        self.statuses.lock().unwrap().push(noted);
        Ok(())
    }
}

#[test]
fn how_an_observer_stands_is_stored_within_a_second_and_no_oftener() {
    for delivery in [Delivery::lossless(), Delivery::durable()] {
        let sim = SimExecutor::new(Seed::new(1));
        let journal = Noted::new(&sim);
        let sink = Sink::new(&sim, half_an_hour_down);
        let study = study(&sim, journal.clone(), 40).observe(sink, delivery);
        let summary = sim.run(run(&sim, study)).unwrap().unwrap();
        let noted = journal.observer_statuses();
        let (last, during) = noted.split_last().unwrap();
        for pair in during.windows(2) {
            assert!(pair[1].0 - pair[0].0 >= Duration::from_secs(1));
        }
        // Whatever happened to the study was stored a second later.
        for entry in journal.inner.entries() {
            let at = Duration::from_millis(entry.at_millis);
            let soon = at..=at + Duration::from_secs(1);
            assert!(
                noted.iter().any(|(stored, _)| soon.contains(stored))
                    || delivery == Delivery::Durable,
                "{delivery}: nothing was stored after {at:?}"
            );
        }
        let open = |(_, status): &&(Duration, ObserverStatus)| status.circuit == Circuit::Open;
        let (_, open) = during.iter().find(open).expect("it was open for a while");
        assert_eq!(open.last_error.as_deref(), Some("the sink is down"));
        let report = &summary.observers[0];
        let (_, last) = last;
        assert_eq!(
            (last.delivered, last.dropped, last.failed, last.last),
            (report.delivered, report.dropped, report.failed, report.last)
        );
        assert_eq!((last.session, last.lag(summary.entries)), (1, 0));
        assert_eq!(
            (&*last.observer, &*last.delivery),
            ("sink", &*delivery.to_string())
        );
    }
}

#[test]
fn a_handle_tells_how_observers_stand_while_the_study_runs_and_afterwards() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let sink = Sink::new(&sim, |_| true);
    let study = study(&sim, journal.clone(), 20).observe(sink, Delivery::lossless());
    let during = Arc::<Mutex<Vec<ObserverStatus>>>::default();
    sim.run(async {
        let mut study = study.open().await.unwrap();
        let handle = study.handle();
        assert_eq!(handle.observer_statuses(), []);
        let objective = {
            let (handle, during) = (handle.clone(), Arc::clone(&during));
            let clock = sim.clone();
            asynchronous(move |_| {
                let (handle, during) = (handle.clone(), Arc::clone(&during));
                let clock = clock.clone();
                async move {
                    clock.sleep(MINUTE).await;
                    during.lock().unwrap().extend(handle.observer_statuses());
                    0.5
                }
            })
        };
        let summary = study.run(objective).await.unwrap();
        let after = handle.observer_statuses();
        assert_eq!(after.len(), 1);
        assert_eq!(after[0].delivered, summary.observers[0].delivered);
    })
    .unwrap();
    let during = during.lock().unwrap();
    assert!(during.len() >= 20 && during[5].delivered > 0, "{during:?}");
}

#[test]
fn catching_up_delivers_what_is_left_and_leaves_the_study_as_it_is() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let plain = study(&sim, journal.clone(), 10);
    sim.run(run(&sim, plain)).unwrap().unwrap();
    let before = journal.entries();

    /// Takes a minute for each event, and never the end of trial 7.
    struct Slow(SimExecutor, Seen);
    #[async_trait]
    impl Observer for Slow {
        fn name(&self) -> &str {
            "slow"
        }
        async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
            self.0.sleep(MINUTE).await;
            match &event.kind {
                EventKind::Fact(Fact::Ended(ended)) if ended.trial.get() == 7 => {
                    Err(ObserverError::new("not this one"))
                }
                _ => self.1.observe(event).await,
            }
        }
    }
    let (slow, quick, live) = (Seen::default(), Seen::default(), Seen::default());
    let later = study(&sim, journal.clone(), 10)
        .observe(Slow(sim.clone(), slow.clone()), Delivery::durable())
        .observe(quick.clone(), Delivery::durable())
        .observe(live.clone(), Delivery::lossless())
        .linger(2 * MINUTE);
    let reports = sim
        .run(async {
            let mut study = later.open().await?;
            let reports = study.catch_up().await?;
            // Whatever it was, the study can still be used.
            assert_eq!(study.trials().await?.len(), 10);
            Ok::<_, StudyError>(reports)
        })
        .unwrap()
        .unwrap();
    assert_eq!(journal.entries(), before);
    assert_eq!(quick.numbers(), all(&journal));
    assert!(live.numbers().is_empty(), "there is nothing new");
    assert!(reports[1].is_clean());
    let (report, seen) = (&reports[0], slow.numbers());
    assert!(seen.len() > 10, "it went on for longer than two minutes");
    assert_eq!(report.last.get(), seen.len() as u64);
    assert_eq!(
        report.behind,
        all(&journal).len() as u64 - report.last.get()
    );
    assert!(report.cut_off.is_some() && report.failed > 0, "{report}");
}

#[test]
fn the_same_breaker_and_seed_give_the_same_attempts() {
    let attempts = |seed| {
        let sim = SimExecutor::new(Seed::new(seed));
        let tried = Arc::<Mutex<Vec<Duration>>>::default();
        let (began, note) = (sim.now(), Arc::clone(&tried));
        let sink = Sink::new(&sim, move |passed| {
            note.lock().unwrap().push(passed);
            false
        });
        let breaker = Breaker::default()
            .failures(2)
            .wait(MINUTE, 2.0, 10 * MINUTE);
        let study = study(&sim, MemoryJournal::new(), 20)
            .observe(sink, Delivery::durable())
            .breaker(breaker);
        sim.run(run(&sim, study)).unwrap().unwrap();
        assert!(sim.now() > began);
        let tried = tried.lock().unwrap();
        tried.iter().map(Duration::as_millis).collect::<Vec<_>>()
    };
    assert_eq!(attempts(1), attempts(1));
    let minutes = [0, 0, 1, 3, 7, 15, 25, 35].map(|minute| minute * 60_000);
    let first: Vec<_> = attempts(1)[..8].to_vec();
    let rounded: Vec<_> = first.iter().map(|at| at / 1000 * 1000).collect();
    assert_eq!(rounded, minutes, "{first:?}");
}
