//! Kinds of a program's own: they are named, read, refused and used as those of the crate.

use std::{
    convert::Infallible,
    error::Error,
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tuning_core::{Evaluator, Journal, JournalError, Outcome, RunningTrial, Values};
use tuning_file::{
    Evaluated, EvaluatorConfig, Extensions, FileError, Format, JournalConfig, Kind, StudyFile,
    StudyReader,
};
use tuning_observers::JsonLines;
use tuning_runtime::{Delivery, MemoryJournal};

const PARAMETERS: &str =
    "parameters: {x: {min: 0.0, max: 1.0}}\nobjective: {name: loss, direction: minimize}\n";

#[derive(Debug, Serialize, Deserialize)]
struct Mail {
    to: String,
    every: u64,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            to: "root".to_owned(),
            every: 1,
        }
    }
}

fn extensions() -> Extensions {
    Extensions::default().observer("mail", Delivery::lossless(), |mail: &Mail| {
        if mail.to.is_empty() {
            return Err(io::Error::other("there is no address"));
        }
        Ok(JsonLines::to(io::sink()))
    })
}

fn read(text: &str, extensions: &Extensions) -> Result<StudyFile, String> {
    StudyReader::new(extensions)
        .functions()
        .text(Format::Yaml, &format!("{PARAMETERS}{text}\n"))
        .map_err(|error| error.to_string())
}

fn observers(text: &str) -> Result<StudyFile, String> {
    read(&format!("observers: {text}"), &extensions())
}

#[tokio::test]
async fn an_observer_is_read_and_made() {
    for (text, delivery) in [
        ("[mail]", Delivery::lossless()),
        ("[{mail: null}]", Delivery::lossless()),
        ("[{mail: {to: me, every: 3}}]", Delivery::lossless()),
        ("[{mail: {to: me, delivery: lossy}}]", Delivery::lossy()),
        (
            "[{mail: {}, delivery: durable, name: a}]",
            Delivery::durable(),
        ),
        (
            "[{mail: {name: a}}, {mail: {}, name: b}]",
            Delivery::lossless(),
        ),
    ] {
        let file = observers(text).unwrap();
        assert_eq!(file.observers[0].kind(), "mail", "{text}");
        assert_eq!(file.observers[0].delivery(), delivery, "{text}");
        let study = file.in_memory().open().await.unwrap();
        assert_eq!(file.watch(&study).unwrap().len(), file.observers.len());
    }
    let file = observers("[{mail: {to: \"\"}}]").unwrap();
    let study = file.in_memory().open().await.unwrap();
    let error = file.watch(&study).unwrap_err();
    assert_eq!(
        error.to_string(),
        "observer `mail` cannot watch: there is no address"
    );
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    for (text, expected) in [
        (
            "[{mail: {evry: 3}}]",
            "study:3:21: `observers.0.mail` has no option `evry`: did you mean `every`?",
        ),
        (
            "[{mail: {to: me, every: -3}}]",
            "study:3:36: `observers.0.mail` has an option `every` that cannot be `-3`",
        ),
        (
            "[{mail: me}]",
            "study:3:20: `observers.0.mail` is the string `me`: expected the options of `mail`, a mapping",
        ),
        (
            "[{mail: {}, every: 3}]",
            "study:3:24: unknown key `every` in `observers.0`: options of `mail` stand below it",
        ),
        (
            "[{mail: {name: a}, name: b}]",
            "`observers.0.name` is given twice: keep the one within `mail`",
        ),
        ("[{mail: {delivery: lossly}}]", "did you mean `lossy`?"),
        ("[mial]", "there is no such observer: did you mean `mail`?"),
        (
            "[{mial: {}}]",
            "unknown key `mial` in `observers.0`: did you mean `mail`?",
        ),
        ("[{mail: {}, jsonl: a}]", "is not one observer"),
        (
            "[{jsonl: a}, mail, {jsonl: b}]",
            "`observers.2` is a second `jsonl` without a name",
        ),
        (
            "[{mail: {name: a}}, {jsonl: x, name: a}]",
            "has the name `a`, which another one has, too",
        ),
    ] {
        let error = observers(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

/// `journal: {shelf: {row: 3}}`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Shelf {
    row: String,
}

impl JournalConfig for Shelf {
    fn open(&self, _study: &str) -> Result<Box<dyn Journal>, JournalError> {
        Ok(Box::new(MemoryJournal::new()))
    }

    fn place(&self) -> String {
        format!("shelf {}", self.row)
    }

    fn marked(&self, mark: &str) -> Arc<dyn JournalConfig> {
        Arc::new(Self {
            row: format!("{}-{mark}", self.row),
        })
    }
}

#[test]
fn a_journal_is_named_by_its_kind_or_its_scheme() {
    let extensions =
        Extensions::default().journal_kind(Kind::typed("shelf", "A shelf.", |shelf: Shelf| {
            Ok::<_, Infallible>(Arc::new(shelf) as Arc<dyn JournalConfig>)
        }));
    let check = |text: &str, place: &str, file: Option<&str>| {
        let study = read(text, &extensions).unwrap();
        assert_eq!(study.journal.place(), place, "{text}");
        assert_eq!(
            study.journal.file(),
            file.map(PathBuf::from).as_deref(),
            "{text}"
        );
    };
    check("", "study.db", Some("study.db"));
    check("journal: a/b.db", "a/b.db", Some("a/b.db"));
    check("journal: sqlite:a.db", "a.db", Some("a.db"));
    check("journal: {sqlite: a.db}", "a.db", Some("a.db"));
    check("journal: {sqlite: {path: a.db}}", "a.db", Some("a.db"));
    check("journal: memory", "memory", None);
    check("journal: {shelf: {row: left}}", "shelf left", None);
    let seeded = read("journal: {shelf: {row: left}}", &extensions).unwrap();
    let seeded = seeded.with_seed(3.into());
    assert_eq!(seeded.journal.place(), "shelf left-seed-3");
    assert_eq!(seeded.settings.name, "study.seed-3");

    let error = read("journal: {shlf: {}}", &extensions).unwrap_err();
    assert!(error.contains("did you mean `shelf`?"), "{error}");
    let error = read("journal: {sqlite: {pth: a}}", &extensions).unwrap_err();
    assert!(error.contains("did you mean `path`?"), "{error}");
}

/// `evaluator: {square: {}}`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Square {
    times: u64,
}

static BUILT: AtomicU64 = AtomicU64::new(0);

impl EvaluatorConfig for Square {
    fn build(
        &self,
        study: &Evaluated<'_>,
    ) -> Result<Box<dyn Evaluator>, Box<dyn Error + Send + Sync>> {
        if study.space().index_of("x").is_none() {
            return Err("there is no parameter `x`".into());
        }
        BUILT.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Squares(self.times as f64)))
    }
}

struct Squares(f64);

#[async_trait]
impl Evaluator for Squares {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let x = trial.params().float("x").expect("it is in the space");
        Outcome::Completed(Values::one(self.0 * x * x).expect("it is finite"))
    }
}

#[tokio::test]
async fn an_evaluator_of_a_guest_runs_the_trials() {
    let square = Kind::typed("square", "A function.", |square: Square| {
        Ok::<_, Infallible>(Arc::new(square) as Arc<dyn EvaluatorConfig>)
    });
    let extensions = Extensions::default().evaluator_kind(square);
    let reader = StudyReader::new(&extensions);
    let text = |rest: &str| {
        format!("{PARAMETERS}journal: memory\nbudget: {{trials: 5}}\nstrategy: random\n{rest}\n")
    };
    let file = reader
        .text(Format::Yaml, &text("evaluator: {square: {times: 2}}"))
        .unwrap();
    let summary = file.run().await.unwrap();
    assert_eq!(summary.counts.completed, 5);
    assert_eq!(BUILT.load(Ordering::Relaxed), 1);

    let error = reader
        .text(
            Format::Yaml,
            &text("evaluator: {square: {}}\ncommand: [ls]"),
        )
        .unwrap_err();
    assert!(error.to_string().contains("keep one of them"), "{error}");
    let error = reader.text(Format::Yaml, &text("")).unwrap_err();
    assert!(
        error.to_string().contains("`command` is missing"),
        "{error}"
    );
    let file = reader.functions().text(Format::Yaml, &text("")).unwrap();
    assert!(matches!(file.run().await, Err(FileError::NoEvaluator)));
}
