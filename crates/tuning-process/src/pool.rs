//! [`ProcessPool`]: programs that are used again, where many strategies are built one after the other.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{config::ProcessConfig, program::Program};

/// Programs that have done their work for one strategy, and wait for the next one of the same command.
///
/// Starting a program takes far longer than asking it. Where strategies are built by the hundred, as tests of the
/// laws do, a pool makes that as cheap as a line: a program is told another problem, which means that it begins
/// anew. So a pool also finds out whether it really does. A study needs none.
///
/// Cheap to clone; its programs end when the last one that holds it is dropped.
#[derive(Clone, Default)]
pub struct ProcessPool(Arc<Mutex<Vec<Idle>>>);

/// A program that waits, and what it was started with.
struct Idle {
    command: Vec<String>,
    workdir: Option<PathBuf>,
    program: Program,
}

impl ProcessPool {
    /// Without any program yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many programs wait.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes one that was started like this.
    pub(crate) fn take(&self, config: &ProcessConfig) -> Option<Program> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let place = idle.iter().position(|idle| {
                idle.command == config.command && idle.workdir == config.workdir
            })?;
            let program = idle.swap_remove(place).program;
            // One that has said something since, or has ended, is of no use.
            if !program.is_restless() {
                return Some(program);
            }
        }
    }

    /// Gives one back.
    pub(crate) fn give(&self, command: Vec<String>, workdir: Option<PathBuf>, program: Program) {
        let idle = Idle {
            command,
            workdir,
            program,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(idle);
    }
}

impl fmt::Debug for ProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPool")
            .field("idle", &self.idle())
            .finish()
    }
}
