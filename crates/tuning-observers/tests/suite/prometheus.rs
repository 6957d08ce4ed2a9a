//! Metrics, read back by a parser of the exposition format, over HTTP too.

#![cfg(feature = "prometheus")]

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use crate::support::{block_on, deliver, front, out_of_the_blue, two_sessions};
use openmetrics_parser::{
    MetricNumber, MetricsExposition, OpenMetricsType, OpenMetricsValue,
    openmetrics::parse_openmetrics,
};
use tuning_core::{Circuit, Event, Observer, ObserverStatus, Progress, Seq, TrialState, Trials};
use tuning_observers::{Exposition, Prometheus, PrometheusConfig, PrometheusError};

/// Metrics as a monitoring system has them.
struct Scraped(MetricsExposition<OpenMetricsType, OpenMetricsValue>);

impl Scraped {
    #[track_caller]
    fn parse(text: &str) -> Self {
        Self(parse_openmetrics(text).unwrap_or_else(|error| panic!("{error:?}\n{text}")))
    }

    /// The value of the one with these labels, `study` aside.
    #[track_caller]
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<OpenMetricsValue> {
        let family = self.0.families.get(name);
        let family = family.unwrap_or_else(|| panic!("there is no `{name}`"));
        let found = family.iter_samples().find(|sample| {
            let all = sample.get_labelset().unwrap();
            let has = |(name, value): &(&str, &str)| all.get_label_value(name) == Some(value);
            labels.iter().all(has)
        });
        found.map(|sample| sample.value.clone())
    }

    #[track_caller]
    fn number(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let number = match self.value(name, labels) {
            Some(OpenMetricsValue::Gauge(number)) => number,
            Some(OpenMetricsValue::Counter(counter)) => counter.value,
            other => panic!("{name} {labels:?} is {other:?}"),
        };
        match number {
            MetricNumber::Float(number) => number,
            MetricNumber::Int(number) => number as f64,
        }
    }
}

fn watch(events: &[Event]) -> Scraped {
    let mut prometheus = PrometheusConfig::default().build().unwrap();
    deliver(&mut prometheus, events);
    Scraped::parse(&prometheus.exposition().text())
}

#[test]
fn the_numbers_are_those_of_the_study() {
    let story = two_sessions();
    for end in 1..=story.events.len() {
        let events = &story.events[..end];
        let scraped = watch(events);
        let (mut trials, mut progress) = (Trials::new(), Progress::new(loss()));
        for event in events {
            trials.apply(event.at_millis, &event.kind);
            progress.apply(event.at_millis, &event.kind);
        }
        for state in TrialState::ALL {
            let number = trials.iter().filter(|trial| trial.state == state).count();
            let found = scraped.number("tuning_trials", &[("state", state.as_str())]);
            assert_eq!(found, number as f64, "{state} after {end}");
        }
        let started = scraped.number("tuning_trials_started", &[]);
        assert_eq!(started, trials.len() as f64);
        if let Some(best) = progress.best() {
            let found = scraped.number("tuning_best_value", &[("objective", "loss")]);
            assert_eq!(found, best.values.first(), "after {end}");
        }
        let elapsed = scraped.number("tuning_elapsed_seconds", &[]);
        assert_eq!(elapsed, progress.elapsed_millis() as f64 / 1e3);
        assert_eq!(scraped.number("tuning_journal_entries", &[]), end as f64);
    }
    let scraped = watch(&story.events);
    for (name, labels, number) in [
        ("tuning_trial_failures", [("kind", "error")], 1.0),
        ("tuning_trial_failures", [("kind", "lost")], 0.0),
        ("tuning_trial_repeats", [("kind", "timed_out")], 1.0),
        ("tuning_trials", [("study", "mnist")], 0.0),
    ] {
        assert_eq!(scraped.number(name, &labels), number, "{name}");
    }
    assert_eq!(scraped.number("tuning_trial_retries", &[]), 1.0);
    assert_eq!(scraped.number("tuning_session", &[]), 2.0);
    assert_eq!(scraped.number("tuning_workers", &[]), 2.0);
    assert_eq!(scraped.number("tuning_budget_trials", &[]), 12.0);
}

fn loss() -> tuning_core::Objectives {
    tuning_core::Objectives::minimize("loss").unwrap()
}

#[test]
fn durations_are_counted_in_buckets() {
    let story = two_sessions();
    let mut prometheus = PrometheusConfig::default()
        .buckets([1.0, 2.0, 4.5])
        .build()
        .unwrap();
    deliver(&mut prometheus, &story.events);
    let scraped = Scraped::parse(&prometheus.exposition().text());
    let durations = |state| {
        let value = scraped.value("tuning_trial_duration_seconds", &[("state", state)]);
        let Some(OpenMetricsValue::Histogram(histogram)) = value else {
            panic!("{value:?} is not a histogram");
        };
        let buckets = histogram.buckets.iter();
        let buckets: Vec<_> = buckets
            .map(|bucket| (bucket.upper_bound, bucket.count.as_f64()))
            .collect();
        (
            histogram.count,
            histogram.sum.map(|sum| sum.as_f64()),
            buckets,
        )
    };
    let infinity = f64::INFINITY;
    // Nine of 1.5 s, and the one that was paused: 3 s and 1.5 s.
    let buckets = vec![(1.0, 0.0), (2.0, 9.0), (4.5, 10.0), (infinity, 10.0)];
    assert_eq!(durations("completed"), (Some(10), Some(18.0), buckets));
    let buckets = vec![(1.0, 0.0), (2.0, 1.0), (4.5, 1.0), (infinity, 1.0)];
    assert_eq!(durations("failed"), (Some(1), Some(1.5), buckets.clone()));
    assert_eq!(durations("stopped"), (Some(1), Some(1.5), buckets));
}

#[test]
fn each_objective_has_its_own_best() {
    let scraped = watch(&front().events);
    let best = |objective| scraped.number("tuning_best_value", &[("objective", objective)]);
    assert_eq!((best("loss"), best("accuracy")), (0.3, 0.99));
    assert_eq!(scraped.number("tuning_front_trials", &[]), 3.0);
}

#[test]
fn a_late_observer_begins_with_the_study_as_it_stands() {
    let events = two_sessions().events;
    let mut so_far = Progress::new(loss());
    for event in &events[..20] {
        so_far.apply(event.at_millis, &event.kind);
    }
    let mut prometheus = PrometheusConfig::default().study("mnist").build().unwrap();
    block_on(prometheus.begin(&so_far)).unwrap();
    let text = prometheus.exposition().text();
    let before = Scraped::parse(&text);
    assert!(text.contains("study=\"mnist\""), "{text}");
    let completed = [("state", "completed")];
    assert_eq!(before.number("tuning_trials", &completed), 3.0);
    deliver(&mut prometheus, &events[20..]);
    block_on(prometheus.missed(7)).unwrap();
    let after = Scraped::parse(&prometheus.exposition().text());
    let whole = watch(&events);
    for name in [
        "tuning_trials",
        "tuning_trials_started",
        "tuning_best_value",
    ] {
        assert_eq!(after.number(name, &[]), whole.number(name, &[]), "{name}");
    }
    assert_eq!(after.number("tuning_trials", &completed), 10.0);
    assert_eq!(after.number("tuning_missed_events", &[]), 7.0);
}

#[test]
fn odd_events_and_names_give_text_that_can_be_read() {
    let mut events = out_of_the_blue().events;
    for event in &mut events {
        event.study = Arc::from("it's \"quoted\"\\ and\nbroken ü");
    }
    let mut prometheus = PrometheusConfig::default().build().unwrap();
    let exposition = prometheus.exposition();
    Scraped::parse(&exposition.text());
    exposition.observers(|| vec![ObserverStatus::new("a \"b\"\n\\", "lossy")]);
    for event in &events {
        deliver(&mut prometheus, std::slice::from_ref(event));
        Scraped::parse(&exposition.text());
    }
    let scraped = Scraped::parse(&exposition.text());
    let study = [("study", "it's \"quoted\"\\ and\nbroken ü")];
    assert!(scraped.value("tuning_trials", &study).is_some());
}

#[test]
fn how_all_observers_stand_is_there_if_it_can_ask() {
    let mut prometheus = PrometheusConfig::default().build().unwrap();
    deliver(&mut prometheus, &two_sessions().events);
    let exposition = prometheus.exposition();
    assert!(!exposition.text().contains("observer"));
    exposition.observers(|| {
        let mut mail = ObserverStatus::new("mail", "durable");
        (mail.delivered, mail.failed, mail.last) = (30, 4, Seq::new(30));
        mail.circuit = Circuit::Open;
        let mut bar = ObserverStatus::new("bar", "lossy");
        (bar.delivered, bar.dropped, bar.last) = (20, 10, Seq::new(99));
        vec![mail, bar]
    });
    let scraped = Scraped::parse(&exposition.text());
    for (name, mail, bar) in [
        ("tuning_observer_delivered_events", 30.0, 20.0),
        ("tuning_observer_dropped_events", 0.0, 10.0),
        ("tuning_observer_failures", 4.0, 0.0),
        ("tuning_observer_lag_events", 69.0, 0.0),
        ("tuning_observer_circuit_open", 1.0, 0.0),
    ] {
        let of = |observer, delivery| {
            let labels = [("observer", observer), ("delivery", delivery)];
            scraped.number(name, &labels)
        };
        assert_eq!(
            (of("mail", "durable"), of("bar", "lossy")),
            (mail, bar),
            "{name}"
        );
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let refused = |config: PrometheusConfig| config.build().unwrap_err();
    for prefix in ["", "my-study", "1st", "ü", "a b"] {
        let error = refused(PrometheusConfig::default().prefix(prefix));
        assert!(matches!(error, PrometheusError::Prefix { .. }), "{error}");
    }
    for buckets in [
        &[][..],
        &[1.0, 1.0],
        &[2.0, 1.0],
        &[f64::NAN],
        &[1.0, f64::INFINITY],
    ] {
        let error = refused(PrometheusConfig::default().buckets(buckets.iter().copied()));
        assert!(matches!(error, PrometheusError::Buckets { .. }), "{error}");
    }
    let taken = listen();
    let address = taken.exposition().address().unwrap();
    let error = PrometheusConfig::default().listen(address).unwrap_err();
    assert!(matches!(error, PrometheusError::Listen(_)), "{error}");
    let mut mine = PrometheusConfig::default()
        .prefix("my:lab_2")
        .build()
        .unwrap();
    deliver(&mut mine, &two_sessions().events);
    let scraped = Scraped::parse(&mine.exposition().text());
    assert_eq!(scraped.number("my:lab_2_trials_started", &[]), 12.0);
}

fn listen() -> Prometheus {
    PrometheusConfig::default().listen("127.0.0.1:0").unwrap()
}

/// The head and the body of an answer.
fn get(address: SocketAddr, request: &str) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    Ok((head.to_owned(), body.to_owned()))
}

fn address(exposition: &Exposition) -> SocketAddr {
    exposition.address().unwrap()
}

#[test]
fn the_endpoint_answers_as_long_as_anybody_keeps_it() {
    let mut prometheus = listen();
    let exposition = prometheus.exposition();
    let address = address(&exposition);
    assert_ne!(address.port(), 0);
    deliver(&mut prometheus, &two_sessions().events);
    let (head, body) = get(address, "GET /metrics").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let content = "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(head.contains(content), "{head}");
    assert_eq!(body, exposition.text());
    assert_eq!(
        Scraped::parse(&body).number("tuning_trials_started", &[]),
        12.0
    );
    assert_eq!(exposition.scrapes(), 1);
    for (request, status) in [
        ("GET /", "200 OK"),
        ("GET /other", "404 Not Found"),
        ("POST /metrics", "405 Method Not Allowed"),
        ("HEAD /metrics", "200 OK"),
    ] {
        let (head, _) = get(address, request).unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    }
    assert_eq!(exposition.scrapes(), 1, "no other client got the numbers");

    // The study has ended; what it was can still be read.
    drop(prometheus);
    let (_, body) = get(address, "GET /metrics").unwrap();
    assert_eq!(body, exposition.text());
    drop(exposition);
    while get(address, "GET /metrics").is_ok_and(|(head, _)| !head.is_empty()) {
        thread::yield_now();
    }
}

#[test]
fn many_ask_at_once_while_events_come() {
    let mut prometheus = listen();
    let exposition = prometheus.exposition();
    let address = address(&exposition);
    let events = two_sessions().events;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let (_, body) = get(address, "GET /metrics").unwrap();
                    Scraped::parse(&body);
                }
            });
        }
        // One that connects and says nothing does no harm.
        let _silent = TcpStream::connect(address).unwrap();
        for event in &events {
            deliver(&mut prometheus, std::slice::from_ref(event));
        }
    });
    assert_eq!(exposition.scrapes(), 80);
}

#[test]
fn the_last_scrape_is_waited_for_and_sees_the_end() {
    let mut prometheus = listen();
    let exposition = prometheus.exposition();
    let address = address(&exposition);
    let events = two_sessions().events;
    deliver(&mut prometheus, &events[..10]);
    get(address, "GET /metrics").unwrap(); // too early
    deliver(&mut prometheus, &events[10..]);
    let lingering = {
        let exposition = exposition.clone();
        thread::spawn(move || block_on(exposition.linger(Duration::from_secs(600))))
    };
    let mut last = None;
    while let Ok((head, body)) = get(address, "GET /metrics") {
        if head.is_empty() {
            break;
        }
        last = Some(body);
    }
    assert!(lingering.join().unwrap(), "it was scraped");
    let last = Scraped::parse(&last.unwrap());
    assert_eq!(
        last.number("tuning_trials", &[("state", "completed")]),
        10.0
    );
}

#[test]
fn it_does_not_wait_for_a_scrape_that_cannot_come() {
    let prometheus = listen();
    let exposition = prometheus.exposition();
    assert!(!block_on(exposition.linger(Duration::from_millis(1))));
    assert!(
        !block_on(exposition.linger(Duration::from_secs(600))),
        "it is over"
    );
    let quiet = PrometheusConfig::default().build().unwrap();
    assert_eq!(quiet.exposition().address(), None);
    assert!(!block_on(
        quiet.exposition().linger(Duration::from_secs(600))
    ));
}
