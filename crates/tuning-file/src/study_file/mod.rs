//! The study file: from text to everything that a study needs.

mod budget;
pub(crate) mod command;
mod file;
mod grid;
mod keys;
mod load;
mod parameters;
mod schema;
mod settings;
pub(crate) mod spellings;
mod stop_on;
mod strategy;
mod template;
mod when;
mod whereabouts;

pub use file::StudyFile;
pub use load::{Override, StudyReader, read_journal, read_strategy};
pub use schema::{options_schema, pruner_schema, schema};
pub use strategy::SharedConfig;
pub use template::{SCHEMA_FILE, template};
pub use whereabouts::Whereabouts;
