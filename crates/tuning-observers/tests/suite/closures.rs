//! Observers from closures.

use std::{error::Error as _, sync::mpsc};

use crate::support::{block_on, deliver, two_sessions};
use tuning_core::{Event, Observer};
use tuning_observers::{callback, handler};

#[test]
fn a_callback_sees_every_event() {
    let events = two_sessions().events;
    let (sender, receiver) = mpsc::channel();
    let mut observer = callback(move |event: &Event| {
        let _ = sender.send(event.seq);
    });
    deliver(&mut observer, &events);
    drop(observer);
    assert_eq!(receiver.iter().count(), events.len());
}

#[test]
fn a_handler_is_awaited_in_order() {
    let events = two_sessions().events;
    let (sender, receiver) = mpsc::channel();
    let mut observer = handler(move |event: Event| {
        let sender = sender.clone();
        async move {
            tokio::task::yield_now().await;
            sender.send(event.seq)
        }
    });
    deliver(&mut observer, &events);
    drop(observer);
    assert!(receiver.iter().eq(events.iter().map(|event| event.seq)));
}

#[test]
fn errors_of_any_kind_are_kept_with_their_source() {
    let event = &two_sessions().events[0];
    let mut text = callback(|_: &Event| Err("no luck"));
    let error = block_on(text.observe(event)).unwrap_err();
    assert_eq!(error.to_string(), "no luck");

    let mut io = handler(|_: Event| async { std::fs::read("/nowhere").map(drop) });
    let error = block_on(io.observe(event)).unwrap_err();
    assert!(error.source().is_some());
}

#[test]
fn they_bear_the_names_that_they_are_given() {
    let plain = callback(|_: &Event| {});
    assert_eq!(plain.name(), "callback");
    assert_eq!(plain.named("mail").name(), "mail");
    let named = handler(|_: Event| async {}).named(format!("hook {}", 1));
    assert_eq!(Box::new(named).name(), "hook 1");
}
