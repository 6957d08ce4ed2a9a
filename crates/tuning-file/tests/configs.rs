//! What study files choose keeps the laws of configurations: ours, and those of a guest.

use std::{path::Path, sync::Arc};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tuning_conformance::{
    JournalConfigLaw, JournalPlace, evaluator_config, journal_config, observer_config,
};
use tuning_core::{Journal, JournalError, JournalReader};
use tuning_file::{
    Extensions, Format, JournalConfig, StudyFile, StudyReader, Whereabouts, read_journal,
};
use tuning_runtime::Study;

/// A configuration as the laws see it.
struct Place(Arc<dyn JournalConfig>);

impl JournalPlace for Place {
    fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError> {
        self.0.open(study)
    }

    fn marked(&self, mark: &str) -> Self {
        Self(self.0.marked(mark))
    }

    fn studies(&self) -> Result<Option<Vec<String>>, JournalError> {
        self.0.studies()
    }

    fn reader(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>), JournalError> {
        self.0.reader(study)
    }

    fn remove(&self, study: &str) -> Result<(), JournalError> {
        self.0.remove(study)
    }

    fn salvage(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>, bool), JournalError> {
        let salvaged = self.0.salvage(study)?;
        Ok((salvaged.study, salvaged.reader, salvaged.damage.is_some()))
    }

    fn accept_loss(&self, study: &str) -> Result<(), JournalError> {
        self.0.accept_loss(study)
    }
}

fn place(text: &str) -> Place {
    Place(read_journal(text, &Extensions::default()).unwrap())
}

#[test]
fn sqlite_keeps_the_laws_of_journals() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(format!("{name}.db"));
    journal_config(|name| place(path(name).to_str().unwrap())).check();
}

#[test]
fn memory_keeps_the_laws_of_journals_but_for_keeping() {
    journal_config(|_| place("memory"))
        .skip(JournalConfigLaw::Kept, "nothing is kept")
        .check();
}

const STUDY: &str = "
parameters: {x: {min: 0, max: 9}}
objective: {name: loss, direction: minimize}
strategy: random
";

fn read(rest: &str) -> StudyFile {
    let extensions = Extensions::default();
    StudyReader::new(&extensions)
        .text(Format::Yaml, &format!("{STUDY}{rest}\n"))
        .unwrap()
}

fn is_empty(folder: &TempDir) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[cfg(unix)]
#[test]
fn commands_keep_the_laws_of_evaluators() {
    let runtime = Runtime::new().unwrap();
    let _guard = runtime.enter();
    let folder = tempfile::tempdir().unwrap();
    // One that would find what a trial of another study had left.
    let script = "if [ -e \"$TUNE_CHECKPOINT_DIR/seen\" ]; then echo loss=-1; else \
                  touch \"$TUNE_CHECKPOINT_DIR/seen\"; echo loss=${x}; fi";
    let journal = folder.path().join("study.db");
    let study = format!(
        "command: [sh, -c, {}]\njournal: {journal:?}\n",
        serde_json::Value::from(script)
    );
    let space = read(&study).settings.space;
    evaluator_config(
        &space,
        || read(&study),
        |file, study| {
            let mut file = file.clone();
            let journal = Arc::clone(&file.journal);
            let place = Whereabouts::new(study.to_owned(), journal, folder.path());
            file.trials_dir = place.trials_dir;
            file.settings.name = place.name;
            file.evaluator()
        },
        || is_empty(&folder),
    )
    .check();
}

/// Checks the observer that the study file asks for; `{}` in it is the folder for its files.
#[track_caller]
fn check_observer(observer: &str) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |folder: &Path| observer.replace("{}", folder.to_str().unwrap());
    let text = format!(
        "command: [ls]\njournal: memory\nobservers: [{}]\n",
        at(folder.path())
    );
    let open = |name: &str| -> Study {
        let mut file = read(&text);
        file.settings.name = name.to_owned();
        runtime.block_on(file.in_memory().open()).unwrap()
    };
    let (one, two) = (open("one"), open("two"));
    let _guard = runtime.enter();
    observer_config(
        || read(&text),
        |file, study| {
            let study = if study == "one" { &one } else { &two };
            let watching = file.observers[0].config().watch(study);
            watching.map(tuning_file::Watching::into_observer)
        },
        || is_empty(&folder),
    )
    .check();
}

#[test]
fn files_keep_the_laws_of_observers() {
    check_observer("{jsonl: \"{}/events.jsonl\"}");
    check_observer("{csv: \"{}/trials.csv\"}");
}

#[test]
fn metrics_keep_the_laws_of_observers() {
    check_observer("{prometheus: \"127.0.0.1:0\"}");
}
