//! Observers of a study: a log, a progress bar, a table, a file of JSON lines, channels and closures.
//!
//! An observer is told every event of a study after it is durable. Each of these is an
//! [`Observer`](tuning_core::Observer) of its own and needs nothing but events, so it also serves a
//! hand-written ask/tell loop. This crate runs no study and keeps no journal, and it is no tracker: a
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
//! | see how a study goes on | [`ProgressBar`] | `progress` |
//! | see its best trials at the end | [`FinalTable`] | `table` |
//! | have it in your logs, as structured records | [`Log`] | `tracing` |
//! | keep its events in a file, for other programs | [`JsonLines`] | |
//! | keep its trials in a file, for a spreadsheet or a data frame | [`Csv`] | `csv` |
//! | act on events in the same program | [`callback`], [`handler`] | |
//! | receive events in another task, all of them | [`Channel`] | `channel` |
//! | let many listen, none of whom can slow the study | [`Broadcast`] | `channel` |
//! | pass on some events only | [`filter`] | |
//! | give an observer a name of its own | [`named`] | |
//! | word values and durations as these do | [`format_value`], [`format_duration`], … | |
//!
//! All features are on by default. They bring indicatif (`progress`), comfy-table (`table`), tracing
//! (`tracing`), and tokio's channels without its runtime (`channel`).
//!
//! One observer watches one study. `Log`, `ProgressBar` and `FinalTable` fold its events: what they did
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
mod tail;
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
pub use wording::{format_duration, format_params, format_scalar, format_value, format_values};
