//! What the project promised from its first sketch on: a test named after each promise.

use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use hypertuning::{
    AskTell, BoxedConfig, EndReason, Ended, Fact, Metrics, Observer, ObserverError, Problem, Turn,
    Work, observers::Broadcast, prelude::*, runtime::StudyBuilder,
};

fn space() -> Space {
    Space::new([
        Parameter::ordered("batch", [16, 32, 64]),
        Parameter::float("dropout", 0.1, 0.5),
        Parameter::categorical("optimizer", ["adam", "sgd"]),
    ])
    .unwrap()
}

fn study(strategy: impl StrategyConfig + 'static) -> StudyBuilder {
    Study::builder("promise", space())
        .minimize("loss")
        .strategy(strategy)
        .workers(2)
}

/// What a trial costs here: smallest at `dropout` 0.3.
fn loss(params: &Params) -> f64 {
    (params.float("dropout").unwrap() - 0.3).abs()
}

/// Asks a strategy for all that a budget allows.
fn propose<S: Strategy>(strategy: S, budget: Budget, slots: usize) -> Vec<Work> {
    let problem = Problem::new(space(), Objectives::minimize("loss").unwrap()).budget(budget);
    let mut study = AskTell::new(problem, strategy, Seed::new(5));
    let mut all = Vec::new();
    while let Turn::Work(work) = study.ask(NonZeroUsize::new(slots).unwrap()).unwrap() {
        for work in work {
            let outcome = Outcome::Completed(Values::one(loss(&work.params)).unwrap());
            study
                .finish(work.trial, outcome, Metrics::default(), 0)
                .unwrap();
            all.push(work);
        }
    }
    all
}

fn problem() -> Problem {
    Problem::new(space(), Objectives::minimize("loss").unwrap())
}

#[tokio::test]
async fn strategies_are_swappable_at_run_time() {
    for (name, trials) in [("random", 25), ("sobol", 25), ("grid", 66)] {
        let strategy: BoxedConfig = Registry::standard()
            .config(name, &Default::default())
            .unwrap();
        let mut builder = study(strategy);
        if name != "grid" {
            builder = builder.trials(trials);
        }
        let summary = builder
            .open()
            .await
            .unwrap()
            .run(blocking(|t| loss(t.params())))
            .await
            .unwrap();
        assert_eq!(summary.counts.completed, trials, "{name}");
    }
}

#[test]
fn strategies_are_swappable_at_compile_time() {
    fn first<C: StrategyConfig>(config: &C) -> String {
        let strategy: C::Strategy = config.build(&problem()).unwrap();
        propose(strategy, Budget::trials(1), 1)[0]
            .params
            .to_string()
    }
    assert_eq!(
        first(&GridConfig::default()),
        "batch=16 dropout=0.1 optimizer=adam"
    );
    assert_ne!(
        first(&RandomConfig::default()),
        first(&SobolConfig::default())
    );
}

#[test]
fn candidates_are_proposed_one_by_one_or_in_batches_after_initialisation_with_space_and_budget() {
    let propose = |slots| {
        let strategy = RandomConfig::default().build(&problem()).unwrap();
        propose(strategy, Budget::trials(10), slots)
    };
    assert_eq!(propose(1).len(), 10);
    assert_eq!(propose(1), propose(4), "the batch size changes nothing");
}

#[test]
fn the_grid_is_exhaustive() {
    let strategy = GridConfig::default()
        .resolution(5)
        .build(&problem())
        .unwrap();
    let points: BTreeSet<_> = propose(strategy, Budget::unlimited(), 7)
        .iter()
        .map(|work| work.params.to_string())
        .collect();
    assert_eq!(points.len(), 3 * 5 * 2);
}

#[test]
fn random_is_seeded_and_stays_within_discrete_values_and_continuous_ranges() {
    let run = || {
        propose(
            RandomConfig::default().build(&problem()).unwrap(),
            Budget::trials(200),
            1,
        )
    };
    let trials = run();
    assert_eq!(trials, run());
    let mut batches = BTreeSet::new();
    for work in &trials {
        batches.insert(work.params.int("batch").unwrap());
        assert!((0.1..=0.5).contains(&work.params.float("dropout").unwrap()));
    }
    assert_eq!(batches, BTreeSet::from([16, 32, 64]));
}

#[test]
fn random_respects_the_budget() {
    let strategy = RandomConfig::default().build(&problem()).unwrap();
    assert_eq!(propose(strategy, Budget::trials(17), 5).len(), 17);
}

#[test]
fn the_grid_respects_the_budget() {
    let strategy = GridConfig::default().build(&problem()).unwrap();
    assert_eq!(propose(strategy, Budget::trials(17), 5).len(), 17);
}

#[tokio::test(flavor = "current_thread")]
async fn the_objective_is_evaluated_off_the_async_threads() {
    let here = thread::current().id();
    let mut study = study(RandomConfig::default())
        .trials(20)
        .open()
        .await
        .unwrap();
    let objective = blocking(move |_| {
        assert_ne!(thread::current().id(), here);
        1.0
    });
    assert_eq!(study.run(objective).await.unwrap().counts.completed, 20);
}

#[tokio::test]
async fn started_completed_and_finished_events_tell_parameters_score_duration_best_and_totals() {
    let events = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&events);
    let watch = callback(move |event: &Event| keep.lock().unwrap().push(event.clone()));
    let mut study = study(RandomConfig::default())
        .trials(5)
        .observe(watch, Delivery::lossless())
        .open()
        .await
        .unwrap();
    study.run(blocking(|t| loss(t.params()))).await.unwrap();
    let (mut started, mut completed, mut finished) = (0, 0, 0);
    for event in events.lock().unwrap().iter() {
        match &event.kind {
            EventKind::Fact(Fact::Started(fact)) => {
                assert!(fact.params.get("dropout").is_some());
                started += 1;
            }
            EventKind::Fact(Fact::Ended(Ended {
                outcome: Outcome::Completed(values),
                took_micros,
                ..
            })) => {
                assert!(values.first() >= 0.0 && *took_micros < 60_000_000);
                completed += 1;
            }
            EventKind::Closed(closed) => {
                assert_eq!(
                    (closed.reason, closed.counts.completed),
                    (EndReason::Trials, 5)
                );
                assert!(closed.best.is_some());
                finished += 1;
            }
            _ => {}
        }
    }
    assert_eq!((started, completed, finished), (5, 5, 1));
}

#[tokio::test]
async fn callbacks_are_synchronous_and_handlers_asynchronous() {
    let (sync, asynchronously) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (a, b) = (Arc::clone(&sync), Arc::clone(&asynchronously));
    let summary = study(RandomConfig::default())
        .trials(5)
        .observe(
            callback(move |_: &Event| {
                a.fetch_add(1, Ordering::SeqCst);
            }),
            Delivery::lossless(),
        )
        .observe(
            handler(move |_: Event| {
                let b = Arc::clone(&b);
                async move {
                    tokio::task::yield_now().await;
                    b.fetch_add(1, Ordering::SeqCst);
                }
            }),
            Delivery::lossless(),
        )
        .open()
        .await
        .unwrap()
        .run(blocking(|_| 1.0))
        .await
        .unwrap();
    // All but `created`, which was there before there was anybody to watch.
    let events = summary.entries.get() - 1;
    assert_eq!(sync.load(Ordering::SeqCst), events);
    assert_eq!(asynchronously.load(Ordering::SeqCst), events);
}

#[tokio::test]
async fn handlers_can_be_dropped_without_deregistration() {
    let mut study = study(RandomConfig::default())
        .trials(50)
        .open()
        .await
        .unwrap();
    let heard = Arc::new(AtomicU64::new(0));
    let hears = Arc::clone(&heard);
    let watch = callback(move |_: &Event| {
        hears.fetch_add(1, Ordering::SeqCst);
    });
    drop(study.handle().subscribe(watch, Delivery::lossless()));
    let summary = study.run(blocking(|_| 1.0)).await.unwrap();
    assert_eq!(
        (summary.counts.completed, heard.load(Ordering::SeqCst)),
        (50, 0)
    );
}

#[tokio::test]
async fn a_broadcast_stream_tells_lagging_receivers_and_never_blocks() {
    let broadcast = Broadcast::new(8);
    let mut receiver = broadcast.subscribe(); // it is not read until the study is over
    let summary = study(RandomConfig::default())
        .trials(200)
        .observe(broadcast, Delivery::lossless())
        .open()
        .await
        .unwrap()
        .run(blocking(|_| 1.0))
        .await
        .unwrap();
    assert_eq!(summary.counts.completed, 200);
    let lagged = receiver.recv().await.unwrap().unwrap_err();
    assert!(lagged.missed > 100, "{lagged}");
    assert!(receiver.recv().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_factory_builds_the_right_tuner_from_a_serialisable_configuration() {
    let configuration = serde_json::json!({
        "algorithm": {"name": "grid", "resolution": 3},
        "search_space": space(),
        "max_trials": 12,
    });
    let text = serde_json::to_string(&configuration).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let strategy = Registry::standard().read(&read["algorithm"]).unwrap();
    assert_eq!(strategy.spec().name, "grid");
    let space: Space = serde_json::from_value(read["search_space"].clone()).unwrap();
    let mut study = Study::builder("factory", space)
        .minimize("loss")
        .strategy(strategy)
        .trials(read["max_trials"].as_u64().unwrap())
        .open()
        .await
        .unwrap();
    let summary = study.run(blocking(|t| loss(t.params()))).await.unwrap();
    assert_eq!(
        (
            summary.counts.completed,
            study.spec().strategy.name.as_str()
        ),
        (12, "grid")
    );
}

#[tokio::test]
async fn the_summary_is_serialisable() {
    let mut study = study(RandomConfig::default())
        .trials(3)
        .open()
        .await
        .unwrap();
    let summary = study.run(blocking(|t| loss(t.params()))).await.unwrap();
    let text = serde_json::to_string(&summary).unwrap();
    let back: Summary = serde_json::from_str(&text).unwrap();
    assert_eq!(back.best.unwrap().values, summary.best.unwrap().values);
}

#[tokio::test]
async fn errors_are_told_apart() {
    struct Broken;
    impl StrategyConfig for Broken {
        type Strategy = Fails;
        fn spec(&self) -> hypertuning::Spec {
            hypertuning::Spec::new("broken")
        }
        fn build(&self, _: &Problem) -> Result<Fails, hypertuning::Unsupported> {
            Ok(Fails)
        }
    }
    struct Fails;
    impl Strategy for Fails {
        fn ask(
            &self,
            _: &hypertuning::Ask,
        ) -> Result<hypertuning::Asked, hypertuning::StrategyError> {
            Err(hypertuning::StrategyError::new("no model"))
        }
        fn tell(&mut self, _: &Fact) {}
    }
    // invalid configuration
    let options = serde_json::json!({"resolutoin": 3});
    let error = Registry::standard()
        .config("grid", options.as_object().unwrap())
        .unwrap_err();
    assert!(error.to_string().contains("resolution"), "{error}");
    // input and output
    let error = SqliteJournal::open("/proc/no/such/folder/study.db", "s").unwrap_err();
    assert!(error.to_string().contains("/proc/no"), "{error}");
    // strategy failure
    let mut broken = study(Broken).trials(3).open().await.unwrap();
    let error = broken.run(blocking(|_| 1.0)).await.unwrap_err();
    assert_eq!(error.to_string(), "the strategy failed: no model");
    // empty space
    assert!(Space::new([]).unwrap_err().to_string().contains("empty"));
    // observer failure: counted, never the end
    let failing = callback(|_: &Event| Err::<(), _>("the sink is closed"));
    let mut watched = study(RandomConfig::default())
        .trials(3)
        .observe(failing.named("sink"), Delivery::lossless())
        .open()
        .await
        .unwrap();
    let summary = watched.run(blocking(|_| 1.0)).await.unwrap();
    assert_eq!(summary.counts.completed, 3);
    assert_eq!(
        summary.observers[0].last_error.as_deref(),
        Some("the sink is closed")
    );
    // internal failure: a panic in the objective is one failed trial
    let mut panicking = study(RandomConfig::default())
        .trials(3)
        .open()
        .await
        .unwrap();
    let summary = panicking
        .run(blocking(|t| {
            assert!(t.id().get() != 1);
            1.0
        }))
        .await
        .unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (2, 1));
}

#[tokio::test]
async fn a_study_can_be_cancelled_in_the_middle() {
    let mut study = study(RandomConfig::default())
        .trials(1_000_000)
        .open()
        .await
        .unwrap();
    let handle = study.handle();
    let objective = blocking(move |trial| {
        if trial.id().get() == 30 {
            handle.stop();
        }
        1.0
    });
    let summary = study.run(objective).await.unwrap();
    assert_eq!(summary.reason, EndReason::Stopped);
    assert!(
        (30..1000).contains(&summary.counts.completed),
        "{}",
        summary.counts
    );
}

#[tokio::test]
async fn the_log_observer_logs() {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let mut study = study(RandomConfig::default())
        .trials(3)
        .observe(Log::new(), Delivery::lossless())
        .open()
        .await
        .unwrap();
    study.run(blocking(|_| 1.0)).await.unwrap();
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.matches("trial completed").count(), 3, "{text}");
    assert!(text.contains("study=\"promise\""), "{text}");
}

#[tokio::test]
async fn maximising_and_minimising_find_the_right_end() {
    for (maximise, end) in [(false, 0.1), (true, 0.5)] {
        let builder = Study::builder("direction", space()).strategy(GridConfig::default());
        let builder = if maximise {
            builder.maximize("score")
        } else {
            builder.minimize("score")
        };
        let mut study = builder.open().await.unwrap();
        let summary = study
            .run(blocking(|t| t.params().float("dropout")))
            .await
            .unwrap();
        assert_eq!(summary.best.unwrap().values.first(), end);
    }
}

/// The trait is implemented the way a third party would.
struct Nothing;

impl Observer for Nothing {
    fn observe<'a, 'b, 'c>(
        &'a mut self,
        _: &'b Event,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), ObserverError>> + Send + 'c>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn an_observer_needs_one_method() {
    let mut study = study(RandomConfig::default())
        .trials(2)
        .observe(Nothing, Delivery::lossy())
        .open()
        .await
        .unwrap();
    let summary = study.run(blocking(|_| 1.0)).await.unwrap();
    assert_eq!(summary.observers[0].name, "Nothing");
}
