//! The study file: from a text to everything that a study needs.

mod budget;
mod command;
mod file;
mod keys;
mod load;
mod observers;
mod parameters;
mod paths;
mod schema;
mod settings;
mod spellings;
mod strategy;
mod template;

pub use file::{Evaluated, StudyFile, trials_dir};
pub use load::{Override, load, load_of, read, read_strategy, whereabouts};
pub use observers::{Kind, ObserverSpec, PrometheusSpec, Target, WebhookSpec};
pub use schema::{options_schema, schema};
pub use strategy::SharedConfig;
pub use template::{SCHEMA_FILE, template};
