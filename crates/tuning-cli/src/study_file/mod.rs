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

pub(crate) use file::{Evaluated, StudyFile, trials_dir};
pub(crate) use load::{Override, load, load_of, read, read_strategy, whereabouts};
pub(crate) use observers::{Kind, ObserverSpec, PrometheusSpec, Target, WebhookSpec};
pub(crate) use schema::{options_schema, schema};
pub(crate) use strategy::SharedConfig;
pub(crate) use template::{SCHEMA_FILE, template};
