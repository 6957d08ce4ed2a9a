//! `jsonl` and `csv`: observers that write a file.

use std::{error::Error, path::PathBuf, sync::Arc};

use tuning_core::StudySpec;
use tuning_observers::{Csv, JsonLines};
use tuning_runtime::Study;

use super::config::{ObserverConfig, Watching, cannot_write};
use crate::{
    document::{Key, Keys, Shape},
    kinds::{Kind, Options},
    paths,
};

static FILE: Keys = Keys::new(
    "a path, or a mapping such as `{path: events.jsonl}`",
    &[
        Key::new("path", Shape::Text, "The file, which is appended to.")
            .required()
            .synonyms(&["file", "to"]),
    ],
);

static CSV: Keys = Keys::new(
    "a path, or a mapping such as `{path: trials.csv}`",
    &[
        Key::new("path", Shape::Text, "The file, which is appended to.")
            .required()
            .synonyms(&["file", "to"]),
        Key::new(
            "safe",
            Shape::Flag,
            "Whether cells that a spreadsheet would take for formulas get a `'` before them.",
        ),
    ],
);

pub(super) fn json_lines() -> Kind<dyn ObserverConfig> {
    Kind::new(
        "jsonl",
        "All events, each as a line of JSON: the path of the file.",
        &FILE,
        |options| Some(Arc::new(JsonLinesFile(path(options)?)) as Arc<dyn ObserverConfig>),
    )
    .short("path")
    .synonyms(&["json", "json_lines"])
}

pub(super) fn csv() -> Kind<dyn ObserverConfig> {
    Kind::new(
        "csv",
        "The trials that ended, a row for each: the path of the file.",
        &CSV,
        |options| {
            let safe = options.read_if_said("safe", |item| item.flag());
            let (path, safe) = (path(options)?, safe?.unwrap_or(false));
            Some(Arc::new(CsvFile { path, safe }) as Arc<dyn ObserverConfig>)
        },
    )
    .short("path")
}

fn path(options: &Options<'_>) -> Option<PathBuf> {
    options.path(&options.need("path", "name the file")?)
}

#[derive(Debug)]
struct JsonLinesFile(PathBuf);

impl ObserverConfig for JsonLinesFile {
    fn watch(&self, _study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        let lines = JsonLines::append(&self.0).map_err(|error| cannot_write(&self.0, &error))?;
        Ok(Watching::by(lines))
    }

    fn marked(&self, mark: &str) -> Option<Arc<dyn ObserverConfig>> {
        Some(Arc::new(Self(paths::marked(&self.0, mark))))
    }
}

#[derive(Debug)]
struct CsvFile {
    path: PathBuf,
    safe: bool,
}

impl ObserverConfig for CsvFile {
    fn watch(&self, study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        // As the journal has it: a study file may put its parameters in another order later.
        let StudySpec {
            space, objectives, ..
        } = study.spec();
        let csv = Csv::append(&self.path)
            .and_then(|csv| csv.space(space.clone(), objectives.clone()))
            .map_err(|error| cannot_write(&self.path, &error))?;
        Ok(Watching::by(csv.safe(self.safe)))
    }

    fn marked(&self, mark: &str) -> Option<Arc<dyn ObserverConfig>> {
        Some(Arc::new(Self {
            path: paths::marked(&self.path, mark),
            safe: self.safe,
        }))
    }
}
