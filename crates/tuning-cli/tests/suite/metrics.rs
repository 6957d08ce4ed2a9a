//! Metrics of the study file, scraped while the program runs and at its end.

#![cfg(unix)]

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Child,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::support::Folder;
use openmetrics_parser::{
    MetricNumber, MetricsExposition, OpenMetricsType, OpenMetricsValue,
    openmetrics::parse_openmetrics,
};
use serde_json::Value;

/// A trial that waits until there is a file `gate`, from the fifth one on.
const TRIAL: &str = "\
echo \"$TUNE_TRIAL\" >> started.log
while [ \"$TUNE_TRIAL\" -ge 4 ] && [ ! -e gate ]; do sleep 0.02; done
[ \"$TUNE_TRIAL\" -ne 2 ] || exit 3
echo \"loss=$1\"
";

const OBSERVERS: &str = "\
observers:
- prometheus: {listen: \"127.0.0.1:0\", prefix: digits, buckets: [0.5, 60], linger: 60s}
- jsonl: {path: events.jsonl, name: archive, delivery: lossless}
- csv: trials.csv
";

/// What a monitoring system has of one scrape.
struct Scraped(MetricsExposition<OpenMetricsType, OpenMetricsValue>);

impl Scraped {
    /// The number with these labels.
    #[track_caller]
    fn number(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let family = self.0.families.get(name);
        let family = family.unwrap_or_else(|| panic!("there is no `{name}`: {:?}", self.0));
        let found = family.iter_samples().find(|sample| {
            let all = sample.get_labelset().unwrap();
            let has = |(name, value): &(&str, &str)| all.get_label_value(name) == Some(value);
            labels.iter().all(has)
        });
        let found = found.unwrap_or_else(|| panic!("`{name}` has no {labels:?}"));
        let number = match &found.value {
            OpenMetricsValue::Gauge(number) => *number,
            OpenMetricsValue::Counter(counter) => counter.value,
            value => panic!("`{name}` is {value:?}"),
        };
        match number {
            MetricNumber::Int(number) => number as f64,
            MetricNumber::Float(number) => number,
        }
    }

    fn trials(&self, state: &str) -> f64 {
        self.number("digits_trials", &[("study", "study"), ("state", state)])
    }
}

/// Asks once; none if the server is gone.
fn scrape(address: &str) -> Option<Scraped> {
    let get = || -> io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = get().ok()?;
    // Where the endpoint ends between two requests, one may get no answer.
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("application/openmetrics-text"), "{head}");
    let parsed = parse_openmetrics(body);
    Some(Scraped(
        parsed.unwrap_or_else(|error| panic!("{error:?}\n{body}")),
    ))
}

/// The address that the program says it listens at.
fn address(child: &mut Child) -> String {
    let (found, address) = mpsc::channel();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    thread::spawn(move || {
        // To its end: a program whose stderr is full would wait.
        for line in stderr.lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("metrics: http://") {
                let _ = found.send(url.trim_end_matches("/metrics").to_owned());
            }
        }
    });
    address
        .recv_timeout(Duration::from_secs(60))
        .expect("it says where it listens")
}

fn status(folder: &Folder) -> Value {
    let status = folder.ends_with(0, &["status", "study.yaml", "--json"]);
    serde_json::from_str(&status.stdout).unwrap()
}

#[test]
fn a_scrape_during_the_run_shows_it_and_the_last_one_agrees_with_the_journal() {
    let folder = Folder::new();
    folder.write("trial.sh", TRIAL);
    let study = crate::support::STUDY.replace("trials: 6", "trials: 12");
    folder.write("study.yaml", &format!("{study}{OBSERVERS}"));
    let mut run = folder.start(&["run", "study.yaml", "--no-progress"], &[]);
    let address = address(&mut run);

    folder.wait_for_lines("started.log", 6);
    let archive = [("observer", "archive"), ("delivery", "lossless")];
    let began = Instant::now();
    let during = loop {
        let scraped = scrape(&address).expect("it runs");
        // Each observer follows the run at its own pace: what they come to is waited for.
        let counted = ["completed", "failed", "running"].map(|state| scraped.trials(state));
        let archived = scraped.number("digits_observer_delivered_events", &archive);
        if counted == [3.0, 1.0, 2.0] && archived > 0.0 {
            break scraped;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", scraped.0);
        thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(during.number("digits_budget_trials", &[]), 12.0);
    assert_eq!(during.number("digits_workers", &[]), 2.0);
    assert_eq!(
        during.number("digits_trial_failures", &[("kind", "error")]),
        1.0
    );

    folder.write("gate", "");
    // The run ends with a scrape that begins after its end: the last one that is answered.
    let mut last = during;
    while let Some(scraped) = scrape(&address) {
        last = scraped;
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(run.wait().unwrap().code(), Some(0));

    let status = status(&folder);
    for state in ["running", "paused", "completed", "stopped", "failed"] {
        assert_eq!(
            last.trials(state),
            status["counts"][state].as_f64().unwrap(),
            "{state}"
        );
    }
    assert_eq!(last.trials("completed"), 11.0);
    let all = [
        ("digits_trials_started", &status["counts"]["started"]),
        ("digits_session", &status["sessions"]),
        ("digits_best_value", &status["best"]["values"][0]),
    ];
    for (name, expected) in all {
        assert_eq!(last.number(name, &[]), expected.as_f64().unwrap(), "{name}");
    }
    let elapsed = status["elapsed_millis"].as_f64().unwrap() / 1e3;
    assert!((last.number("digits_elapsed_seconds", &[]) - elapsed).abs() < 1e-6);
    let events = folder.read("events.jsonl").lines().count();
    assert_eq!(
        last.number("digits_journal_entries", &[]),
        events as f64 + 1.0,
        "`created`"
    );
    let observers = status["observers"].as_array().unwrap();
    assert_eq!(observers.len(), 3, "{status}");
    for status in observers {
        let text = |key: &str| status[key].as_str().unwrap();
        let labels = [
            ("observer", text("observer")),
            ("delivery", text("delivery")),
        ];
        for (name, key) in [
            ("digits_observer_delivered_events", "delivered"),
            ("digits_observer_dropped_events", "dropped"),
            ("digits_observer_failures", "failed"),
            ("digits_observer_lag_events", "lag"),
        ] {
            let expected = status[key].as_f64().unwrap();
            assert_eq!(last.number(name, &labels), expected, "{name} {labels:?}");
        }
        assert_eq!(status["circuit"], "closed");
    }
    assert_eq!(folder.read("trials.csv").lines().count(), 1 + 12);
}

#[test]
fn an_address_that_is_taken_is_told_before_anything_runs() {
    let folder = Folder::with_study();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let observers = format!("observers: [{{prometheus: \"{address}\"}}]\n");
    folder.write(
        "study.yaml",
        &format!("{}{observers}", crate::support::STUDY),
    );
    let run = folder.ends_with(1, &["run", "study.yaml"]);
    let expected = format!("observer `prometheus` cannot watch: `{address}`: cannot listen");
    assert!(run.stderr.contains(&expected), "{run:#?}");
    assert_eq!(folder.read("started.log"), "");
}
