//! The records of a log, as a tracing subscriber gets them.

#![cfg(feature = "tracing")]

use std::{
    fmt::{Debug, Write as _},
    io::Write as _,
};

use crate::support::{Sink, Story, block_on, deliver, out_of_the_blue, two_sessions};
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*};
use tuning_core::{
    Budget, EndReason, EventKind, Fidelity, Objectives, Observer, TrialId, Warned, Warning,
};
use tuning_observers::Log;

/// Writes a record per line: level, target, and the fields in their order.
struct Capture(Sink);

impl<S: Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Line(String);
        impl Visit for Line {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
                write!(self.0, " {}={value:?}", field.name()).unwrap();
            }
        }
        let meta = event.metadata();
        let mut line = Line(format!("{} {}", meta.level(), meta.target()));
        event.record(&mut line);
        writeln!(self.0.clone(), "{}", line.0).unwrap();
    }
}

fn records(story: &Story) -> String {
    let sink = Sink::default();
    let subscriber = tracing_subscriber::registry().with(Capture(sink.clone()));
    tracing::subscriber::with_default(subscriber, || deliver(&mut Log::new(), &story.events));
    sink.text()
}

#[test]
fn every_event_is_a_record_with_its_fields() {
    insta::assert_snapshot!(records(&two_sessions()));
}

#[test]
fn facts_out_of_the_blue_are_survived() {
    let text = records(&out_of_the_blue());
    assert_eq!(text.lines().count(), out_of_the_blue().events.len());
    assert!(!text.contains("NaN"));
}

#[test]
fn no_best_is_claimed_before_there_is_one() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::unlimited(), 1);
    story.close(EndReason::Exhausted);
    assert!(!records(&story).contains("best"));
}

#[test]
fn a_warning_is_a_record_of_that_level() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    let warning = Warning::Beyond {
        until: Fidelity::new(3),
        at: Fidelity::new(5),
    };
    story.push(EventKind::Warned(Warned::new(TrialId::new(7), warning)));
    let text = records(&story);
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("WARN tuning")
            && last.contains("trial=7")
            && last.contains("until step 3"),
        "{text}"
    );
}

#[test]
fn missed_events_are_a_warning() {
    let sink = Sink::default();
    let subscriber = tracing_subscriber::registry().with(Capture(sink.clone()));
    let missed = || block_on(Log::new().missed(3)).unwrap();
    tracing::subscriber::with_default(subscriber, missed);
    assert!(
        sink.text()
            .starts_with("WARN tuning message=events were missed")
    );
}
