//! The file of JSON lines.

use crate::support::{BrokenPipe, Sink, block_on, deliver, front, out_of_the_blue, two_sessions};
use tuning_core::{Event, EventKind, Fact, Observer};
use tuning_observers::{JsonLines, filter};

#[test]
fn each_event_is_a_line_in_its_own_serde_form() {
    let sink = Sink::default();
    deliver(&mut JsonLines::to(sink.clone()), &two_sessions().events);
    insta::assert_snapshot!(sink.text());
}

#[test]
fn what_is_written_reads_back_as_it_was() {
    for story in [two_sessions(), front(), out_of_the_blue()] {
        let sink = Sink::default();
        deliver(&mut JsonLines::to(sink.clone()), &story.events);
        let text = sink.text();
        let read = text
            .lines()
            .map(|line| serde_json::from_str::<Event>(line).unwrap());
        assert_eq!(read.collect::<Vec<_>>(), story.events);
    }
}

#[test]
fn a_file_grows_from_session_to_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let events = two_sessions().events;
    for part in events.chunks(10) {
        deliver(&mut JsonLines::append(&path).unwrap(), part);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), events.len());
}

#[test]
fn it_writes_when_it_is_flushed() {
    let sink = Sink::default();
    let mut file = JsonLines::to(sink.clone());
    block_on(async {
        file.observe(&two_sessions().events[0]).await.unwrap();
        assert_eq!(sink.text(), "");
        file.flush().await.unwrap();
        assert!(sink.text().ends_with("}\n"));
    });
}

#[test]
fn a_filter_passes_on_what_it_keeps() {
    let sink = Sink::default();
    let is_report = |event: &Event| matches!(event.kind, EventKind::Fact(Fact::Reported(_)));
    let mut reports = filter(JsonLines::to(sink.clone()), is_report);
    deliver(&mut reports, &two_sessions().events);
    assert_eq!(reports.name(), "json lines");
    assert_eq!(sink.text().lines().count(), 3);
}

#[test]
fn a_full_disk_is_told_and_does_not_panic() {
    let mut file = JsonLines::to(BrokenPipe);
    block_on(async {
        file.observe(&two_sessions().events[0]).await.unwrap();
        assert!(file.flush().await.is_err());
    });
}
