//! [`Variables`]: what the placeholders of a command stand for in one piece of work, and its
//! environment.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
};

use tuning_core::{Literal, RunningTrial, Space};

use crate::folder::TrialFolder;

/// The placeholders that are not parameters, and whether they have a value in every trial.
const BUILT_IN: [(&str, bool); 9] = [
    ("trial", true),
    ("seed", true),
    ("seed_64", true),
    ("attempt", true),
    ("trial_dir", true),
    ("checkpoint_dir", true),
    ("result", true),
    ("until", false),
    ("from", false),
];

/// The variables that a program finds in its environment; no other `TUNE_` variable gets there.
pub(crate) const ENVIRONMENT: [&str; 11] = [
    "TUNE_TRIAL",
    "TUNE_ATTEMPT",
    "TUNE_PARAMS",
    "TUNE_SEED",
    "TUNE_SEED_64",
    "TUNE_TRIAL_DIR",
    "TUNE_CHECKPOINT_DIR",
    "TUNE_RESULT",
    "TUNE_UNTIL",
    "TUNE_FROM",
    "TUNE_STUDY",
];

/// What a name can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It has a value in every trial.
    Always,
    /// It has a value in some trials.
    Sometimes,
}

/// Looks a placeholder up.
pub(crate) fn known(space: &Space, name: &str) -> Option<Known> {
    let always = match space
        .index_of(name)
        .and_then(|index| space.parameter(index))
    {
        Some(parameter) => parameter.condition().is_none(),
        None => BUILT_IN.iter().find(|(known, _)| *known == name)?.1,
    };
    Some(if always {
        Known::Always
    } else {
        Known::Sometimes
    })
}

/// A value that this placeholder may stand for and that has a NUL byte in it, which no argument and no
/// variable can have.
pub(crate) fn with_nul(space: &Space, name: &str) -> Option<String> {
    let parameter = space.parameter(space.index_of(name)?)?;
    let mut choices = parameter.domain().choices()?.iter().map(Literal::to_string);
    choices.find(|choice| choice.contains('\0'))
}

/// The known placeholder that `name` is most like, if it is like one at all.
pub(crate) fn nearest(space: &Space, name: &str) -> Option<String> {
    let parameters = space.parameters().iter().map(|parameter| parameter.name());
    let built_in = BUILT_IN.iter().map(|(name, _)| *name);
    tuning_core::nearest(name, parameters.chain(built_in)).map(str::to_owned)
}

/// What the placeholders stand for in one piece of work.
#[derive(Debug)]
pub(crate) struct Variables<'a> {
    pub(crate) trial: &'a RunningTrial,
    pub(crate) folder: &'a TrialFolder,
    pub(crate) study: Option<&'a str>,
}

impl Variables<'_> {
    /// The value of a placeholder; none if it has none in this work.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, OsStr>> {
        let params = self.trial.params();
        if params.space().index_of(name).is_some() {
            return params.get(name).map(|literal| text(&literal));
        }
        self.built_in(name)
    }

    fn built_in(&self, name: &str) -> Option<Cow<'_, OsStr>> {
        let work = self.trial.work();
        match name {
            "trial" => Some(text(&work.trial)),
            // What NumPy and others take for a seed. All bits of a seed are equally random.
            "seed" => Some(text(&(work.seed.get() & u64::from(u32::MAX)))),
            "seed_64" => Some(text(&work.seed)),
            "attempt" => Some(text(&work.attempt)),
            "trial_dir" => Some(self.folder.path().as_os_str().into()),
            "checkpoint_dir" => Some(self.folder.checkpoint().as_os_str().into()),
            "result" => Some(self.folder.result().into_os_string().into()),
            "until" => work.until.map(|until| text(&until)),
            "from" => self.folder.from().map(|from| text(&from)),
            _ => None,
        }
    }

    /// The variables of the environment that have a value, each one of [`ENVIRONMENT`].
    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let params = serde_json::to_string(self.trial.params())
            .expect("a map from names to finite numbers, strings and booleans is JSON");
        let mut out = vec![("TUNE_PARAMS", OsString::from(params))];
        for (variable, name) in [
            ("TUNE_TRIAL", "trial"),
            ("TUNE_ATTEMPT", "attempt"),
            ("TUNE_SEED", "seed"),
            ("TUNE_SEED_64", "seed_64"),
            ("TUNE_TRIAL_DIR", "trial_dir"),
            ("TUNE_CHECKPOINT_DIR", "checkpoint_dir"),
            ("TUNE_RESULT", "result"),
            ("TUNE_UNTIL", "until"),
            ("TUNE_FROM", "from"),
        ] {
            if let Some(value) = self.built_in(name) {
                out.push((variable, value.into_owned()));
            }
        }
        out.extend(self.study.map(|study| ("TUNE_STUDY", study.into())));
        out
    }
}

fn text(value: &dyn ToString) -> Cow<'static, OsStr> {
    Cow::Owned(value.to_string().into())
}
