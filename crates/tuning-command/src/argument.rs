//! [`Argument`] and [`CommandLine`]: what to run, as the user writes it.

use serde::{Deserialize, Serialize};

/// An argument of a command, or a group of arguments that belong together.
///
/// When a placeholder has no value (an inactive conditional parameter, `${until}` for work to the
/// end, `${from}` for work from the start):
/// - a group that contains it vanishes as a whole;
/// - an argument outside of a group that contains it vanishes, and with it the argument directly
///   before if that is an option waiting for its value: one that begins with `-`, is not a number, and
///   has neither `=` nor a placeholder. (`--`, `-` and groups are never taken for such an option,
///   so a flag that has no value is protected by a group of its own: `["--verbose"]`.)
///
/// In a study file a group is a nested list:
///
/// ```yaml
/// [./train.py, --lr, "${lr}", [--momentum, "${momentum}"]]
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Argument {
    /// One argument.
    One(String),
    /// Arguments that are there together or not at all.
    Group(Vec<String>),
}

impl Argument {
    /// Arguments that are there together or not at all.
    #[must_use]
    pub fn group(arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Group(arguments.into_iter().map(Into::into).collect())
    }
}

impl From<&str> for Argument {
    fn from(argument: &str) -> Self {
        Self::One(argument.to_owned())
    }
}

impl From<String> for Argument {
    fn from(argument: String) -> Self {
        Self::One(argument)
    }
}

impl<const N: usize> From<[&str; N]> for Argument {
    fn from(group: [&str; N]) -> Self {
        Self::group(group)
    }
}

/// What to run: a program with arguments, or a script for `sh`.
///
/// In a study file: a list, or a string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CommandLine {
    /// A program, found as `execvp` finds it, and its arguments. No shell is involved.
    Arguments(Vec<Argument>),
    /// A script that `sh -c` runs.
    ///
    /// Values never enter the script: each placeholder becomes the quoted expansion of a variable
    /// that holds the value, so `${lr}` is one word with nothing to be expanded in it, whether it
    /// stands alone, in `"…"`, in `'…'` or in `$(…)`. A placeholder without a value is the empty
    /// word. Do not put placeholders where the shell itself evaluates a text once more (`eval`, `sh
    /// -c "…"`, `$((…))`), or into a here-document, which keeps the quotes; `TUNE_PARAMS` is there
    /// for those.
    ///
    /// A variable of the shell is `$NAME`, or `$${NAME}` with braces.
    Shell(String),
}
