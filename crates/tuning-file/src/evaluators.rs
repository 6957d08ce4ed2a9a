//! [`EvaluatorConfig`]: who runs the trials, as a study file says it. `command` is one kind.

use std::{error::Error, fmt, path::Path, sync::Arc, time::Duration};

use tuning_command::CommandSpec;
use tuning_core::{Evaluator, Space};

use crate::{
    document::{Fields, Item, Keys},
    kinds::{Context, Kind, Kinds, Options, Words},
    study_file::command,
};

/// Who runs trials: what the options of a kind of evaluator become.
///
/// # For implementors
/// - Reading a study file starts nothing: only [`build`](Self::build) does.
/// - What is built for two studies shares nothing that trials could notice.
///
/// Both promises are laws in `tuning-conformance`.
///
/// # For callers
/// Build it once for each session of a study.
pub trait EvaluatorConfig: fmt::Debug + Send + Sync {
    /// Builds the evaluator of a study.
    ///
    /// # Errors
    /// If it cannot run the trials of this study; the error says what to do.
    fn build(
        &self,
        study: &Evaluated<'_>,
    ) -> Result<Box<dyn Evaluator>, Box<dyn Error + Send + Sync>>;
}

/// The study whose trials are evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Evaluated<'a> {
    pub(crate) name: &'a str,
    pub(crate) space: &'a Space,
    pub(crate) trials_dir: &'a Path,
    pub(crate) journal: Option<&'a Path>,
    pub(crate) grace: Duration,
}

impl<'a> Evaluated<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// What is tuned.
    #[must_use]
    pub fn space(&self) -> &'a Space {
        self.space
    }

    /// The folder for what trials leave, such as logs and checkpoints. It may not be there yet.
    #[must_use]
    pub fn trials_dir(&self) -> &'a Path {
        self.trials_dir
    }

    /// The file that the study is kept in, if it is kept in one: the folder for its trials belongs to that.
    #[must_use]
    pub fn journal(&self) -> Option<&'a Path> {
        self.journal
    }

    /// How long a trial that is stopped may take to end.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.grace
    }
}

pub(crate) const COMMAND: &str = "command";

pub(crate) const WORDS: Words = Words {
    one: "evaluator",
    expected: "a kind of evaluator with its options, such as `{command: {command: [python, train.py]}}`",
    common: &Keys::new("", &[]),
};

/// Reads who runs the trials: `evaluator`, or the options of `command` at the top of the file.
pub(crate) fn read(
    root: &Fields<'_>,
    kinds: &Kinds<dyn EvaluatorConfig>,
    context: Context<'_>,
) -> Option<Arc<dyn EvaluatorConfig>> {
    let Some(item) = root.get("evaluator") else {
        let kind = kinds.get(COMMAND)?;
        return kind.read(&Options::at_the_top(root.clone(), context));
    };
    for key in command::KEYS.names() {
        if let Some(beside) = root.get(key) {
            beside.wrong::<()>("and `evaluator` are both given: keep one of them");
        }
    }
    chosen(&item, kinds, context)
}

fn chosen(
    item: &Item<'_>,
    kinds: &Kinds<dyn EvaluatorConfig>,
    context: Context<'_>,
) -> Option<Arc<dyn EvaluatorConfig>> {
    kinds.read(item, WORDS, context).map(|chosen| chosen.config)
}

/// The kinds that come with this crate.
pub(crate) fn ours() -> Vec<Kind<dyn EvaluatorConfig>> {
    let command = Kind::new(
        COMMAND,
        "A program for each trial.",
        &command::KEYS,
        |options| {
            let spec = command::read(options)?;
            Some(Arc::new(Command(spec)) as Arc<dyn EvaluatorConfig>)
        },
    );
    vec![command.short("command")]
}

#[derive(Clone, Debug)]
struct Command(CommandSpec);

impl EvaluatorConfig for Command {
    fn build(
        &self,
        study: &Evaluated<'_>,
    ) -> Result<Box<dyn Evaluator>, Box<dyn Error + Send + Sync>> {
        let mut spec = self.0.clone();
        spec.study = Some(study.name.to_owned());
        spec.trials_dir = study.trials_dir.to_owned();
        spec.journal = study.journal.map(Path::to_owned);
        spec.grace = study.grace;
        Ok(Box::new(spec.build(study.space)?))
    }
}
