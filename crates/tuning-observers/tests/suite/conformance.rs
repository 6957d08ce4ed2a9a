//! Every observer keeps the laws.

use crate::support::Sink;
use tuning_conformance::{observer, observer_file};
use tuning_core::Event;
use tuning_observers::{JsonLines, callback, filter, handler, named};

#[test]
fn json_lines_keep_the_laws() {
    observer(|| JsonLines::to(Sink::default())).check();
}

#[test]
fn a4_a_file_of_events_keeps_the_laws_of_observers_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    observer_file(folder.path(), |path| JsonLines::append(path)).check();
    observer_file(folder.path(), |path| {
        JsonLines::append(path).map(|file| named("the archive", file))
    })
    .check();
    let ends = |event: &Event| event.kind.name() == "ended";
    observer_file(folder.path(), |path| {
        JsonLines::append(path).map(|file| filter(file, ends))
    })
    .check();
}

#[cfg(feature = "csv")]
#[test]
fn a4_a_file_of_trials_keeps_the_laws_of_observers_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    observer_file(folder.path(), |path| tuning_observers::Csv::append(path)).check();
}

#[test]
fn closures_keep_the_laws() {
    observer(|| callback(|_: &Event| {})).check();
    observer(|| callback(|_: &Event| Ok::<_, std::io::Error>(()))).check();
    observer(|| handler(|_: Event| async {}).named("mine")).check();
}

#[test]
fn what_wraps_an_observer_keeps_its_laws() {
    observer(|| named("mine", JsonLines::to(Sink::default()))).check();
    let ends = |event: &Event| event.kind.name() == "ended";
    observer(|| filter(JsonLines::to(Sink::default()), ends)).check();
}

#[cfg(feature = "channel")]
#[test]
fn channels_keep_the_laws_whether_anybody_listens_or_not() {
    use tuning_observers::{Broadcast, Channel};

    observer(|| Broadcast::new(4)).check();
    let subscriptions = std::cell::RefCell::new(Vec::new());
    observer(|| {
        let broadcast = Broadcast::new(4);
        subscriptions.borrow_mut().push(broadcast.subscribe());
        broadcast
    })
    .check();
    observer(|| Channel::new(1).0).check();
    // Room for all of it: a channel waits for its receiver.
    let receivers = std::cell::RefCell::new(Vec::new());
    observer(|| {
        let (channel, events) = Channel::new(1 << 20);
        receivers.borrow_mut().push(events);
        channel
    })
    .check();
}

#[cfg(feature = "tracing")]
#[test]
fn the_log_keeps_the_laws() {
    let sink = Sink::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer({
            let sink = sink.clone();
            move || sink.clone()
        })
        .finish();
    let _guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    observer(tuning_observers::Log::new).check();
    assert!(!sink.text().is_empty());
}

#[cfg(feature = "progress")]
#[test]
fn the_progress_bar_keeps_the_laws() {
    use tuning_observers::ProgressBar;

    observer(|| ProgressBar::new().to(Sink::default())).check();
    observer(|| {
        let two = ["a", "b"].map(tuning_core::Objective::minimize);
        let two = tuning_core::Objectives::new(two).unwrap();
        ProgressBar::new().to(Sink::default()).objectives(two)
    })
    .check();
}

#[cfg(feature = "table")]
#[test]
fn the_table_keeps_the_laws() {
    observer(|| tuning_observers::FinalTable::new().to(Sink::default())).check();
}

#[cfg(feature = "csv")]
#[test]
fn the_file_of_trials_keeps_the_laws() {
    use tuning_core::{Objectives, Parameter, Space};
    use tuning_observers::Csv;

    observer(|| {
        let space = Space::new([Parameter::int("layers", 1, 4)]).unwrap();
        let loss = Objectives::minimize("loss").unwrap();
        Csv::to(Sink::default()).space(space, loss).unwrap()
    })
    .check();
}

#[cfg(feature = "prometheus")]
#[test]
fn metrics_keep_the_laws() {
    use tuning_observers::PrometheusConfig;

    observer(|| PrometheusConfig::default().build().unwrap()).check();
}

#[cfg(feature = "webhook")]
#[test]
fn a_webhook_keeps_the_laws() {
    use tuning_observers::{Topic, Webhook};

    let service = crate::support::service::Service::fine();
    observer(|| Webhook::to(&service.url()).unwrap().on(Topic::ALL)).check();
    observer(|| Webhook::to(&service.url()).unwrap()).check();
}

#[cfg(feature = "opentelemetry")]
#[test]
fn spans_keep_the_laws() {
    use opentelemetry::trace::TracerProvider as _;

    let provider = opentelemetry_sdk::trace::SdkTracerProvider::default();
    observer(|| tuning_observers::Spans::new(provider.tracer("test"))).check();
}
