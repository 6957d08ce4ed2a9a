//! [`CommandSpec`]: which program to run for each trial, and how.

use std::{path::PathBuf, time::Duration};

use tuning_core::Space;

use crate::{
    argument::{Argument, CommandLine},
    error::{CommandError, Place},
    shell::Script,
    template::Template,
    variables::{self, Known},
};

/// Which program to run for each trial, and how; the [module](crate) says what the program can
/// expect.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Space};
/// use tuning_command::CommandSpec;
///
/// let space = Space::new([
///     Parameter::categorical("optimizer", ["adam", "sgd"]),
///     Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
/// ])?;
/// // `--momentum` is there for sgd only.
/// let spec = CommandSpec::new(["./train.sh", "${optimizer}"]).group(["--momentum", "${momentum}"]);
/// spec.check(&space)?;
///
/// let error = CommandSpec::new(["./train.sh", "${optimiser}"]).check(&space).unwrap_err();
/// assert!(error.to_string().contains("did you mean `${optimizer}`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandSpec {
    /// What to run.
    pub line: CommandLine,
    /// The folder to run it in; that of the tuner if absent. A relative program with a `/` in it is
    /// looked up here.
    pub workdir: Option<PathBuf>,
    /// Further environment variables. A value may have placeholders; without a value for one of
    /// them the variable is not set.
    pub env: Vec<(String, String)>,
    /// The folder for the trials' own folders: one per study. `trials` in the tuner's folder unless
    /// set.
    pub trials_dir: PathBuf,
    /// How long a program may take to end after SIGTERM, before SIGKILL: 10 s unless set.
    pub grace: Duration,
    /// The name of the study, for `TUNE_STUDY`, and to tell its folders from those of another
    /// study.
    pub study: Option<String>,
    /// The file that the study is kept in, if it is kept in one: its folder belongs to that.
    pub journal: Option<PathBuf>,
    /// The names under which a program may report its step; the first of them in a line counts.
    pub step_keys: Vec<String>,
    /// Whether the program says 0 after its first step.
    pub zero_based: bool,
}

impl CommandSpec {
    /// This program with these arguments, in which `${name}` stands for the value of a parameter.
    #[must_use]
    pub fn new(arguments: impl IntoIterator<Item = impl Into<Argument>>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self::of(CommandLine::Arguments(arguments))
    }

    /// This script for `sh`; see [`CommandLine::Shell`] for its placeholders.
    #[must_use]
    pub fn shell(script: impl Into<String>) -> Self {
        Self::of(CommandLine::Shell(script.into()))
    }

    /// This command line.
    #[must_use]
    pub fn of(line: CommandLine) -> Self {
        Self {
            line,
            workdir: None,
            env: Vec::new(),
            trials_dir: PathBuf::from("trials"),
            grace: Duration::from_secs(10),
            study: None,
            journal: None,
            step_keys: ["fidelity", "epoch", "step", "iteration"]
                .map(str::to_owned)
                .into(),
            zero_based: false,
        }
    }

    /// Adds an argument. A shell script has none and stays as it is.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<Argument>) -> Self {
        if let CommandLine::Arguments(arguments) = &mut self.line {
            arguments.push(argument.into());
        }
        self
    }

    /// Adds arguments that are passed together or not at all.
    #[must_use]
    pub fn group(self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arg(Argument::group(arguments))
    }

    /// Sets the folder to run in.
    #[must_use]
    pub fn workdir(mut self, path: impl Into<PathBuf>) -> Self {
        self.workdir = Some(path.into());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets the folder that holds the trials' folders.
    #[must_use]
    pub fn trials_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.trials_dir = path.into();
        self
    }

    /// Sets the time to end between SIGTERM and SIGKILL.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets the name of the study.
    #[must_use]
    pub fn study(mut self, name: impl Into<String>) -> Self {
        self.study = Some(name.into());
        self
    }

    /// Sets the only name under which the program reports its step.
    #[must_use]
    pub fn step_key(mut self, name: impl Into<String>) -> Self {
        self.step_keys = vec![name.into()];
        self
    }

    /// Says that the program reports 0 after its first step, as loops over `range(n)` do.
    #[must_use]
    pub fn zero_based(mut self) -> Self {
        self.zero_based = true;
        self
    }

    /// Says whether this can be run for the trials of a space. It does not look for the program.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn check(&self, space: &Space) -> Result<(), CommandError> {
        self.plan(space).map(drop)
    }

    pub(crate) fn plan(&self, space: &Space) -> Result<Plan, CommandError> {
        let parse = |text: &str, place: Place| parse(space, text, place);
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        let settings = [
            ("the working directory", self.workdir.as_ref().map(path)),
            ("the folder of the trials", Some(path(&self.trials_dir))),
            ("the name of the study", self.study.clone()),
        ];
        for (name, text) in settings {
            if let Some(text) = text.filter(|text| text.contains('\0')) {
                let place = Place::Setting(name);
                return Err(CommandError::Nul { place, text });
            }
        }
        let line = match &self.line {
            CommandLine::Shell(script) if script.trim().is_empty() => {
                return Err(CommandError::Empty);
            }
            CommandLine::Shell(script) => Line::Shell(Script::new(&parse(script, Place::Script)?)),
            CommandLine::Arguments(arguments) => {
                let mut index = 0;
                let mut place = |text: &str| {
                    let text = text.to_owned();
                    index += 1;
                    Place::Argument {
                        index: index - 1,
                        text,
                    }
                };
                let mut items = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    items.push(match argument {
                        Argument::One(text) => Item::One(parse(text, place(text))?),
                        Argument::Group(texts) => {
                            let members = texts.iter().map(|text| parse(text, place(text)));
                            Item::Group(members.collect::<Result<_, _>>()?)
                        }
                    });
                }
                check_program(space, arguments, &items)?;
                Line::Direct(items)
            }
        };
        let mut env = Vec::with_capacity(self.env.len());
        for (name, value) in &self.env {
            let name = name.clone();
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(CommandError::EnvironmentName { name });
            }
            if variables::ENVIRONMENT.contains(&name.as_str()) {
                return Err(CommandError::ReservedEnvironment { name });
            }
            let value = parse(value, Place::Environment { name: name.clone() })?;
            env.push((name, value));
        }
        Ok(Plan { line, env })
    }
}

/// A command whose placeholders are all known.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) line: Line,
    pub(crate) env: Vec<(String, Template)>,
}

/// What to run, parsed.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Direct(Vec<Item>),
    Shell(Script),
}

impl Line {
    /// Whether all trials run the same program.
    pub(crate) fn is_one_program(&self) -> bool {
        match self {
            Self::Shell(_) => true,
            Self::Direct(items) => match items.first() {
                Some(Item::One(program)) => program.names().next().is_none(),
                _ => false,
            },
        }
    }
}

/// An argument or a group, parsed.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    One(Template),
    Group(Vec<Template>),
}

fn parse(space: &Space, text: &str, place: Place) -> Result<Template, CommandError> {
    let Ok(template) = Template::parse(text) else {
        return Err(CommandError::Unclosed { place });
    };
    if text.contains('\0') {
        let text = text.to_owned();
        return Err(CommandError::Nul { place, text });
    }
    for name in template.names() {
        if let Some(text) = variables::with_nul(space, name) {
            return Err(CommandError::Nul { place, text });
        }
        if variables::known(space, name).is_none() {
            return Err(CommandError::UnknownPlaceholder {
                name: name.to_owned(),
                place,
                nearest: variables::nearest(space, name),
            });
        }
    }
    Ok(template)
}

/// The program must be there in every trial.
fn check_program(
    space: &Space,
    arguments: &[Argument],
    items: &[Item],
) -> Result<(), CommandError> {
    let (Some(Argument::One(text)), Some(Item::One(program))) = (arguments.first(), items.first())
    else {
        return Err(CommandError::Empty);
    };
    if text.is_empty() {
        return Err(CommandError::Empty);
    }
    let sometimes = |name: &&str| variables::known(space, name) == Some(Known::Sometimes);
    match program.names().find(sometimes) {
        None => Ok(()),
        Some(name) => Err(CommandError::ConditionalProgram {
            name: name.to_owned(),
            place: Place::Argument {
                index: 0,
                text: text.clone(),
            },
        }),
    }
}
