//! Studies from YAML, TOML or JSON: what to tune, with which strategy, for how long, and which observers watch.
//!
//! All errors are reported at once, each with its place in the file. This crate knows neither a command line nor a terminal.
//!
//! ```
//! use tuning_file::{Extensions, Format, StudyReader};
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "
//! parameters: {x: {min: 0.0, max: 1.0}}
//! objective: {name: loss, direction: minimize}
//! budget: {trials: 20}
//! strategy: sobol
//! journal: memory
//! ";
//! let extensions = Extensions::default();
//! let file = StudyReader::new(&extensions).functions().text(Format::Yaml, text)?;
//! let mut study = file.builder()?.open().await?;
//! let summary = study
//!     .run(tuning_runtime::blocking(|trial| trial.params().float("x")))
//!     .await?;
//! # assert_eq!(summary.counts.completed, 20);
//! # Ok(()) }
//! ```
//!
//! | if you want to … | look at |
//! |---|---|
//! | read a study file, or a string | [`StudyReader`] |
//! | run it | [`StudyFile::run`]; with your own functions [`StudyFile::builder`] and [`StudyFile::watch`] |
//! | name strategies of your own in study files | [`Extensions::strategies_mut`] |
//! | name pruners, journals, evaluators and observers of your own there | [`Extensions`], [`Kind`] |
//! | read, list or remove the studies of a journal of any kind | [`JournalConfig`], [`read_journal`] |
//! | know what a study file may say | [`schema`] |
//! | read other files with places in their errors | [`document`] |

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

pub mod document;
mod error;
mod evaluators;
mod extensions;
mod foreign;
mod journals;
mod kinds;
pub mod limits;
mod observers;
mod paths;
mod process;
mod pruners;
mod registry;
mod regular;
mod study_file;
mod words;

pub use document::Format;
pub use error::FileError;
pub use evaluators::{Evaluated, EvaluatorConfig};
pub use extensions::Extensions;
pub use foreign::{Imported, import};
pub use journals::{JournalConfig, Running, Salvaged};
pub use kinds::{Kind, Options};
pub use observers::{Linger, ObserverConfig, ObserverSpec, Watched, Watching};
pub use pruners::AnyPruner;
pub use registry::registry;
pub use regular::read_text;
pub use study_file::{
    Override, SCHEMA_FILE, SharedConfig, StudyFile, StudyReader, Whereabouts, options_schema,
    pruner_schema, read_journal, read_strategy, schema, template,
};
pub use tuning_command::TrialsFolder;
pub use words::word;
