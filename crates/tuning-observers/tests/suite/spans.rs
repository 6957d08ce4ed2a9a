//! Spans, as an exporter gets them.

#![cfg(feature = "opentelemetry")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{EPOCH, deliver, out_of_the_blue, second_session, two_sessions};
use opentelemetry::{
    Value,
    trace::{SpanId, Status, TracerProvider as _},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};
use tuning_core::Event;
use tuning_observers::Spans;

struct Trace {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
}

impl Trace {
    fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        Self { exporter, provider }
    }

    fn tracer(&self) -> SdkTracer {
        self.provider.tracer("test")
    }

    fn spans(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().unwrap()
    }
}

fn watch(events: &[Event]) -> Vec<SpanData> {
    let trace = Trace::new();
    deliver(&mut Spans::new(trace.tracer()), events);
    trace.spans()
}

fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    let mut found = span.attributes.iter().filter(|kv| kv.key.as_str() == key);
    found.next_back().map(|kv| kv.value.clone())
}

fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// The spans of this name, in the order in which they ended.
fn named<'a>(spans: &'a [SpanData], name: &str) -> Vec<&'a SpanData> {
    spans.iter().filter(|span| span.name == name).collect()
}

#[test]
fn a_session_is_a_span_and_its_trials_lie_below_and_within_it() {
    let spans = watch(&two_sessions().events);
    let sessions = named(&spans, "study mnist");
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0].start_time, at(EPOCH));
    assert_eq!(sessions[0].end_time, at(EPOCH + 18_500));
    for session in &sessions {
        assert_eq!(session.parent_span_id, SpanId::INVALID);
        assert_eq!(session.status, Status::Ok);
    }
    assert_eq!(attribute(sessions[1], "tuning.session"), Some(2.into()));
    assert_eq!(attribute(sessions[1], "tuning.completed"), Some(10.into()));
    assert_eq!(attribute(sessions[1], "tuning.best_trial"), Some(3.into()));
    let reason = attribute(sessions[0], "tuning.reason").unwrap();
    assert!(reason.as_str().contains("stopped"), "{reason}");
    let trials = spans.iter().filter(|span| span.name.starts_with("trial "));
    for trial in trials {
        let parent = sessions
            .iter()
            .find(|session| session.span_context.span_id() == trial.parent_span_id)
            .unwrap_or_else(|| panic!("{} has no parent", trial.name));
        assert_eq!(
            trial.span_context.trace_id(),
            parent.span_context.trace_id()
        );
        let within = parent.start_time..=parent.end_time;
        assert!(within.contains(&trial.start_time) && within.contains(&trial.end_time));
        assert!(trial.start_time <= trial.end_time);
    }
    // Trial 3 was paused in one session and resumed in the other.
    assert_eq!(spans.len(), 2 + 12 + 1);
}

#[test]
fn a_trial_says_what_it_was() {
    let spans = watch(&two_sessions().events);
    let completed = named(&spans, "trial 5")[0];
    assert_eq!(completed.start_time, at(EPOCH + 12_500));
    assert_eq!(completed.end_time, at(EPOCH + 18_500));
    assert_eq!(completed.status, Status::Ok);
    for (key, value) in [
        ("tuning.study", Value::from("mnist")),
        ("tuning.trial", 5.into()),
        ("tuning.param.opt", "sgd".into()),
        ("tuning.param.momentum", 0.9.into()),
        ("tuning.state", "completed".into()),
        ("tuning.value.loss", 0.7.into()),
        ("tuning.seconds", 1.5.into()),
        ("tuning.retries", 0.into()),
    ] {
        assert_eq!(attribute(completed, key), Some(value), "{key}");
    }
    assert_eq!(attribute(completed, "tuning.failure"), None);

    let failed = named(&spans, "trial 1")[0];
    let description = "error: CUDA out of memory\nat line 3";
    assert_eq!(failed.status, Status::error(description));
    assert_eq!(attribute(failed, "tuning.failure"), Some("error".into()));
    assert_eq!(attribute(failed, "tuning.retries"), Some(1.into()));
    let events: Vec<_> = failed
        .events
        .iter()
        .map(|e| (&*e.name, e.timestamp))
        .collect();
    assert_eq!(events, [("retry", at(EPOCH + 2_000))]);

    let stopped = named(&spans, "trial 2")[0];
    assert_eq!(stopped.status, Status::Unset);
    assert_eq!(attribute(stopped, "tuning.value.loss"), Some(0.95.into()));
    let report = &stopped.events.events[0];
    assert_eq!(
        (&*report.name, report.timestamp),
        ("report", at(EPOCH + 2_500))
    );
    let attributes: Vec<_> = report
        .attributes
        .iter()
        .map(|kv| kv.value.clone())
        .collect();
    assert_eq!(attributes, [Value::from(1), 0.95.into()]);

    let [first, second] = named(&spans, "trial 3")[..] else {
        panic!("one for each session");
    };
    assert_eq!(attribute(first, "tuning.state"), Some("paused".into()));
    assert_eq!(attribute(second, "tuning.state"), Some("completed".into()));
    assert_eq!(attribute(second, "tuning.seconds"), Some(4.5.into()));
    assert_eq!(second.start_time, at(EPOCH + 18_500 + 3_600_000));
    let events: Vec<_> = second.events.iter().map(|e| &*e.name).collect();
    assert_eq!(events, ["resumed", "report"]);
}

#[test]
fn a_session_that_was_killed_ends_where_the_next_begins() {
    let events = two_sessions().events;
    let closed = |event: &Event| event.kind.name() == "closed";
    let killed: Vec<Event> = events
        .iter()
        .filter(|event| !closed(event))
        .cloned()
        .collect();
    let trace = Trace::new();
    let mut observer = Spans::new(trace.tracer());
    deliver(&mut observer, &killed);
    let spans = trace.spans();
    let sessions = named(&spans, "study mnist");
    assert_eq!(sessions.len(), 1, "the last one is open");
    assert_eq!(sessions[0].end_time, at(EPOCH + 18_500 + 3_600_000));
    assert_eq!(sessions[0].status, Status::Unset);
    drop(observer);
    assert_eq!(named(&trace.spans(), "study mnist").len(), 2);
}

#[test]
fn what_comes_late_or_out_of_the_blue_is_survived() {
    assert!(watch(&second_session()).len() > 6);
    watch(&out_of_the_blue().events);
}
