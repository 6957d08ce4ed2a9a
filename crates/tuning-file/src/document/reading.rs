//! [`Reading`]: what goes along while a study file is read: its files, what is wrong with them, and the
//! environment.

use super::{
    environment::Environment,
    files::Files,
    problem::{Located, Problems},
};

/// What goes along while a study file is read.
#[derive(Debug, Default)]
pub struct Reading {
    /// The files that were read.
    pub files: Files,
    /// What was found to be wrong.
    pub problems: Problems,
    pub(super) environment: Environment,
}

impl Reading {
    /// All that is wrong, to be shown.
    pub fn refuse(self) -> Located {
        let (problems, more) = self.problems.sorted();
        Located {
            files: self.files,
            problems,
            more,
        }
    }
}
