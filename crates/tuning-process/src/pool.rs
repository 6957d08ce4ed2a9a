//! [`ProcessPool`]: programs that are used again, where many strategies are built one after the other.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{config::ProcessConfig, group::WeakGroup, program::Program};

/// Programs that have done their work for one strategy, and wait for the next one of the same command.
///
/// Starting a program takes far longer than asking it. Where strategies are built by the hundred, as tests of the
/// laws do, a pool makes that as cheap as a line: a program is told another problem, which means that it begins
/// anew. So a pool also finds out whether it really does. A study needs none.
///
/// Cheap to clone; its programs end when the last one that holds it is dropped.
#[derive(Clone, Default)]
pub struct ProcessPool(Arc<Mutex<Programs>>);

#[derive(Default)]
struct Programs {
    idle: Vec<Idle>,
    /// All that were started, also those in use, as long as they are there.
    started: Vec<WeakGroup>,
}

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
        self.programs().idle.len()
    }

    /// Kills all of its programs, also those in use: their strategies fail. For strategies that were left behind
    /// in a call that does not return.
    pub fn end(&self) {
        let (idle, started) = {
            let mut programs = self.programs();
            let idle = std::mem::take(&mut programs.idle);
            (idle, std::mem::take(&mut programs.started))
        };
        for group in started.iter().filter_map(WeakGroup::upgrade) {
            group.end(Duration::ZERO);
        }
        drop(idle);
    }

    /// Takes notice of one that was started for it.
    pub(crate) fn started(&self, program: &Program) {
        let started = &mut self.programs().started;
        started.retain(|group| group.upgrade().is_some());
        started.push(program.group().downgrade());
    }

    fn programs(&self) -> MutexGuard<'_, Programs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one that was started like this.
    pub(crate) fn take(&self, config: &ProcessConfig) -> Option<Program> {
        let idle = &mut self.programs().idle;
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
        self.programs().idle.push(idle);
    }
}

impl fmt::Debug for ProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessPool")
            .field("idle", &self.idle())
            .finish()
    }
}
