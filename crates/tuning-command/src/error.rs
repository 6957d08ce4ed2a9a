//! [`CommandError`]: why a command cannot be run for any trial, found before the first one starts.

use std::{fmt, io, path::PathBuf};

use thiserror::Error;

/// A command cannot be run as it is written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CommandError {
    /// There is nothing to run.
    #[error("the command is empty: name a program, such as `[\"python\", \"train.py\"]`")]
    Empty,
    /// A `${` is not closed.
    #[error("{place}: a `${{` has no `}}`: close it, or write `$${{` for the literal text")]
    Unclosed {
        /// Where it stands.
        place: Place,
    },
    /// A placeholder names neither a parameter nor anything else that is known.
    #[error("{place}: unknown placeholder `${{{name}}}`: {}", advice(name, nearest.as_deref()))]
    UnknownPlaceholder {
        /// Its name.
        name: String,
        /// Where it stands.
        place: Place,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// There is a NUL byte where the operating system allows none.
    #[error("{place}: {text:?} has a NUL byte in it, which {}", nul_remedy(place))]
    Nul {
        /// Where it stands.
        place: Place,
        /// The text, or the choice of a parameter that may come there.
        text: String,
    },
    /// The program itself depends on a placeholder that does not always have a value.
    #[error(
        "{place}: the program depends on `${{{name}}}`, which has no value in some trials: \
         choose the program by a parameter that is always active"
    )]
    ConditionalProgram {
        /// The name of the placeholder.
        name: String,
        /// Where it stands.
        place: Place,
    },
    /// An environment variable cannot be called this.
    #[error(
        "environment variable `{name}`: a name must not be empty, and must not contain `=` or NUL"
    )]
    EnvironmentName {
        /// The name.
        name: String,
    },
    /// An environment variable is one that the tuner sets.
    #[error("environment variable `{name}` is set by the tuner: choose another name")]
    ReservedEnvironment {
        /// The name.
        name: String,
    },
    /// The folder of the trials has no absolute path, or cannot be written.
    #[error(
        "folder of the trials `{}`: {source}: it must be a folder that can be written; remove what is in its way, or let \
         this user write there (it lies beside the journal: another journal has another one)", path.display()
    )]
    TrialsDir {
        /// The path as it was given.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another process uses the folder of the trials.
    #[error("folder of the trials `{}` is in use by {by}: wait for it, or stop it", path.display())]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// Who uses it.
        by: String,
    },
    /// The folder of the trials belongs to another study, or to one of another journal.
    #[error(
        "folder of the trials `{}` belongs to {owner}, and not to {claimant}: two studies must not share one, since each would \
         end the trials of the other; give this one another name or another journal, or remove the journal of the other \
         one if it is not needed any more", path.display()
    )]
    FolderOfAnother {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        owner: String,
        /// Who wants it.
        claimant: String,
    },
}

/// Where in a command something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In an argument; the program is number 0, and the members of groups count.
    Argument {
        /// Its number.
        index: usize,
        /// The argument.
        text: String,
    },
    /// In the script for the shell.
    Script,
    /// In the value of an environment variable.
    Environment {
        /// The name of the variable.
        name: String,
    },
    /// In a setting of this name.
    Setting(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument { index: 0, text } => write!(f, "program `{}`", shown(text)),
            Self::Argument { index, text } => write!(f, "argument {index} `{}`", shown(text)),
            Self::Script => f.write_str("shell command"),
            Self::Environment { name } => write!(f, "environment variable `{name}`"),
            Self::Setting(name) => f.write_str(name),
        }
    }
}

/// Text without control characters, which a terminal might obey.
fn shown(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

fn nul_remedy(place: &Place) -> &'static str {
    match place {
        Place::Setting(_) => "no name and no path can have: remove it",
        _ => {
            "no argument and no variable can have: remove it, or let the program read TUNE_PARAMS, where it is \
             written `\\u0000`"
        }
    }
}

fn advice(name: &str, nearest: Option<&str>) -> String {
    let escape = format!("write `$${{{name}}}` for the literal text");
    match nearest {
        Some(nearest) => format!("did you mean `${{{nearest}}}`? ({escape})"),
        None => format!("name a parameter of the space, or {escape}"),
    }
}
