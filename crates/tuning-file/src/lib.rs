//! Studies from texts in YAML, TOML or JSON: what to tune, by which strategy, how far, who watches.
//!
//! It reads and checks; it runs nothing, and knows neither a command line nor a terminal.
//!
//! | if you want to … | look at |
//! |---|---|
//! | read a study file | [`load`] |
//! | name strategies and observers of your own in study files | [`Extensions`] |
//! | know what a study file may say | [`schema`] |
//! | read other texts with places in their errors | [`document`] |

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

pub mod document;
mod error;
mod extensions;
mod process;
mod study_file;

pub use error::FileError;
pub use extensions::Extensions;
pub use study_file::{
    Evaluated, Kind, ObserverSpec, Override, PrometheusSpec, SCHEMA_FILE, SharedConfig, StudyFile,
    Target, WebhookSpec, load, load_of, options_schema, read, read_strategy, schema, template,
    trials_dir, whereabouts,
};
pub use tuning_auto::registry;
