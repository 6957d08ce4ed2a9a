//! `observers`: who watches a study; and the kinds that come with this crate.

mod common;
mod config;
mod files;
mod prometheus;
mod spec;
mod webhook;

pub(crate) use common::WORDS;
pub use config::{Linger, ObserverConfig, Watching};
pub(crate) use spec::read;
pub use spec::{ObserverSpec, Watched};

use crate::kinds::Kind;

/// The kinds that come with this crate.
pub(crate) fn ours() -> Vec<Kind<dyn ObserverConfig>> {
    vec![
        files::json_lines(),
        files::csv(),
        prometheus::kind(),
        webhook::kind(),
    ]
}
