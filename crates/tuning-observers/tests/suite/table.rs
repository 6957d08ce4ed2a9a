//! The table at the end of a session.

#![cfg(feature = "table")]

use crate::support::{
    BrokenPipe, Sink, Story, block_on, deliver, front, out_of_the_blue, second_session,
    two_sessions,
};
use tuning_core::{Budget, EndReason, Event, Objectives, Observer};
use tuning_observers::FinalTable;

fn table(change: impl FnOnce(FinalTable) -> FinalTable, events: &[Event]) -> String {
    let sink = Sink::default();
    deliver(&mut change(FinalTable::new().to(sink.clone())), events);
    sink.text()
}

#[test]
fn the_best_five_with_their_parameters_as_columns() {
    insta::assert_snapshot!(table(|table| table, &two_sessions().events));
}

#[test]
fn parameters_share_a_column_where_the_width_is_small() {
    insta::assert_snapshot!(table(
        |table| table.width(48).rows(2),
        &two_sessions().events
    ));
}

#[test]
fn a_front_is_shown_as_a_whole() {
    insta::assert_snapshot!(table(|table| table, &front().events));
}

#[test]
fn a_front_that_is_too_long_says_so() {
    insta::assert_snapshot!(table(|table| table.rows(2), &front().events));
}

#[test]
fn the_best_trial_of_an_earlier_session_is_there_without_its_duration() {
    let objectives = Objectives::minimize("loss").unwrap();
    insta::assert_snapshot!(table(
        |table| table.objectives(objectives),
        &second_session()
    ));
}

#[test]
fn without_directions_the_driver_names_the_best() {
    insta::assert_snapshot!(table(|table| table, &second_session()));
}

#[test]
fn before_any_trial_completed_the_best_report_stands_in() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::unlimited(), 1);
    story.start(0);
    story.report(0, 3, [0.5]);
    story.close(EndReason::Stopped);
    insta::assert_snapshot!(table(|table| table, &story.events));
}

#[test]
fn a_study_without_values_has_no_table() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::unlimited(), 1);
    story.close(EndReason::Stopped);
    insta::assert_snapshot!(table(|table| table, &story.events));
}

#[test]
fn facts_out_of_the_blue_are_survived() {
    insta::assert_snapshot!(table(|table| table, &out_of_the_blue().events));
}

#[test]
fn missed_events_are_told() {
    let sink = Sink::default();
    let mut table = FinalTable::new().to(sink.clone());
    block_on(table.missed(3)).unwrap();
    deliver(&mut table, &two_sessions().events);
    assert!(sink.text().contains("3 events were missed"));
}

#[test]
fn a_closed_stdout_is_an_error_and_no_panic() {
    let events = two_sessions().events;
    let mut table = FinalTable::new().to(BrokenPipe);
    assert!(block_on(table.observe(events.last().unwrap())).is_err());
}
