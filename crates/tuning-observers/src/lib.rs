//! Observers of a study: a log, a progress bar, a table, files, metrics, webhooks, spans, channels and closures.
//!
//! An observer is told every event of a study after it is durable. Each of these is an
//! [`Observer`](tuning_core::Observer) of its own and needs nothing but events, so it also serves a
//! hand-written ask/tell loop. This crate runs no study and keeps no journal, and it is not a tracker: a
//! database or a service of experiments is an observer in a crate of its own.
//!
#![cfg_attr(
    all(feature = "progress", feature = "table", feature = "tracing"),
    doc = "```"
)]
#![cfg_attr(
    not(all(feature = "progress", feature = "table", feature = "tracing")),
    doc = "```ignore"
)]
//! use tuning_core::{Event, Observer};
//! use tuning_observers::{FinalTable, JsonLines, Log, ProgressBar, callback};
//!
//! # async fn watch(events: Vec<Event>) -> Result<(), Box<dyn std::error::Error>> {
//! let mut observers: Vec<Box<dyn Observer>> = vec![
//!     Box::new(Log::new()),
//!     Box::new(ProgressBar::new()),
//!     Box::new(FinalTable::new()),
//!     Box::new(JsonLines::append("events.jsonl")?),
//!     Box::new(callback(|event: &Event| println!("{}", event.kind.name())).named("mine")),
//! ];
//! for event in &events {
//!     for observer in &mut observers {
//!         observer.observe(event).await?; // `tuning-runtime` does this, each at its own pace
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | if you want to … | use | feature |
//! |---|---|---|
//! | see the progress of a study | [`ProgressBar`] | `progress` |
//! | see its best trials at the end | [`FinalTable`] | `table` |
//! | have it in your logs, as structured records | [`Log`] | `tracing` |
//! | keep its events in a file, for other programs | [`JsonLines`] | |
//! | keep its trials in a file, for a spreadsheet or a data frame | [`Csv`] | `csv` |
//! | let Prometheus and the like scrape its progress | `Prometheus` | `prometheus` |
//! | tell a service over HTTP what happens | `Webhook` | `webhook`, `webhook-tls` |
//! | see its trials as spans of a trace | `Spans` | `opentelemetry` |
//! | act on events in the same program | [`callback`], [`handler`] | |
//! | receive events in another task, all of them | [`Channel`] | `channel` |
//! | let many listen, none of whom can slow the study | [`Broadcast`] | `channel` |
//! | pass on some events only | [`filter`] | |
//! | give an observer a name of its own | [`named`] | |
//! | word values and durations as these do | [`format_value`], [`format_duration`], … | |
//! | lay out a table or a message for a terminal | [`Table`], [`wrapped`] | `table` or `progress` |
//! | show a text from anywhere on a terminal | [`printable`] | |
//!
//! On by default are `channel`, `csv`, `progress`, `table` and `tracing`. Features bring indicatif (`progress`),
//! console and textwrap (`progress`, `table`), csv (`csv`), tracing (`tracing`), tokio's channels without its runtime (`channel`),
//! hyper and tokio (`prometheus`), ureq (`webhook`, with rustls if `webhook-tls`) and the API of
//! OpenTelemetry without an exporter (`opentelemetry`).
//!
//! What an observer is promised depends on who delivers to it; `tuning-runtime` offers three ways:
//!
//! | delivery | the observer gets | the study waits for it | meant for |
//! |---|---|---|---|
//! | `lossy` | what it can take: when it is 4096 events behind, the oldest are dropped, and it is told how many | never | [`ProgressBar`], [`Broadcast`] |
//! | `lossless` | every event from its beginning on; one that it fails to take is lost to it | when it is 1024 behind, up to 30 s; then it is cut off | [`Log`], [`FinalTable`], [`Channel`], `Prometheus`, `Spans` |
//! | `durable` | every event of the study, in order, also those before it came; what it fails to take is told again, also after a restart | never | [`JsonLines`], [`Csv`], `Webhook` |
//!
//! With durable delivery an event may come twice after a failure or a crash: `JsonLines` and `Csv` do not write it
//! again, say what their file lacks, and are told that again; `Webhook` sends it with the same key. One that keeps failing is left alone for a while, and tried
//! again. In every case: an observer that is slow, fails, panics or hangs is no harm to the study, and how it
//! stands is in the journal (`tune status` shows it) and in the summary.
//!
//! One observer watches one study. Those that count or compare fold its events: what they did
//! not see from the first event on, they learn from the one that opens a session (how many trials
//! there were, and the best). A best trial needs the objectives' directions, which the study's first event
//! (`Created`) tells; where there is none, `.objectives(…)` does.

#[cfg(feature = "channel")]
mod broadcast;
#[cfg(feature = "channel")]
mod channel;
mod closure;
#[cfg(feature = "csv")]
mod csv;
mod filter;
mod json_lines;
#[cfg(any(feature = "progress", feature = "table"))]
mod layout;
mod lines;
#[cfg(feature = "tracing")]
mod log;
mod named;
#[cfg(feature = "progress")]
mod progress;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "opentelemetry")]
mod spans;
#[cfg(feature = "table")]
mod table;
#[cfg(any(
    feature = "opentelemetry",
    feature = "progress",
    feature = "prometheus",
    feature = "table",
    feature = "tracing",
    feature = "webhook"
))]
#[cfg_attr(
    not(all(
        feature = "opentelemetry",
        feature = "progress",
        feature = "prometheus",
        feature = "table",
        feature = "tracing",
        feature = "webhook"
    )),
    allow(dead_code, reason = "each feature uses a part of it")
)]
mod watched;
#[cfg(feature = "webhook")]
mod webhook;
mod wording;

#[cfg(feature = "csv")]
pub use self::csv::Csv;
#[cfg(feature = "channel")]
pub use broadcast::{Broadcast, Lagged, Subscriber, Subscription};
#[cfg(feature = "channel")]
pub use channel::{Channel, Events};
pub use closure::{Callback, Handler, IntoObserved, callback, handler};
pub use filter::{Filter, filter};
pub use json_lines::JsonLines;
#[cfg(any(feature = "progress", feature = "table"))]
pub use layout::{Drawn, Importance, Table, TableColumn, stderr_width, stdout_width, wrapped};
#[cfg(feature = "tracing")]
pub use log::Log;
pub use named::{Named, named};
#[cfg(feature = "progress")]
pub use progress::{ProgressBar, ProgressWriter};
#[cfg(feature = "prometheus")]
pub use prometheus::{Exposition, Prometheus, PrometheusConfig, PrometheusError};
#[cfg(feature = "opentelemetry")]
pub use spans::Spans;
#[cfg(feature = "table")]
pub use table::FinalTable;
#[cfg(feature = "webhook")]
pub use webhook::{Topic, UnknownTopic, Webhook, WebhookError};
pub use wording::{
    format_count, format_duration, format_literal, format_params, format_tag, format_value,
    format_values, inert, is_hidden, printable,
};
