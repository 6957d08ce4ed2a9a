//! [`Group`]: the processes of one program, and their end.

use std::{
    process::{Child, Command},
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use tuning_command::ProcessGroup;

/// A program that leads a process group of its own, which is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Group {
    // Before the child, so that the group is killed while its number is still taken.
    processes: ProcessGroup,
    child: Child,
}

impl Group {
    /// Starts a program at the head of a new group.
    pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        ProcessGroup::prepare(command);
        let (child, processes) = ProcessGroup::start(|| {
            let child = command.spawn()?;
            let id = child.id();
            Ok((child, id))
        })?;
        Ok(Self { processes, child })
    }

    /// The program itself.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Whether the program has ended; others of its group may live on.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Gives the program this long to end by itself, then kills what is left of its group. Returns how it
    /// ended, as the rest of a sentence that begins with "it".
    pub(crate) fn end(&mut self, patience: Duration) -> String {
        let asked = Instant::now();
        let mut status = self.child.try_wait();
        while matches!(status, Ok(None)) && asked.elapsed() < patience {
            thread::sleep(Duration::from_millis(1));
            status = self.child.try_wait();
        }
        if !matches!(status, Ok(Some(_))) {
            // Without process groups it is all that can be killed.
            _ = self.child.kill();
        }
        self.processes.finish();
        if matches!(status, Ok(None)) {
            // It is dying: this does not last.
            status = self.child.wait().map(Some);
        }
        match status {
            Ok(Some(status)) => describe(status),
            Ok(None) => "ended".to_owned(),
            Err(error) => format!("cannot be waited for: {error}"),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.processes.is_over() {
            self.end(Duration::ZERO);
        }
    }
}

/// A [`Group`] that can be ended from elsewhere while its program is waited for.
#[derive(Clone, Debug)]
pub(crate) struct SharedGroup(Arc<Mutex<Group>>);

/// A [`SharedGroup`] that this does not keep alive.
#[derive(Clone, Debug)]
pub(crate) struct WeakGroup(Weak<Mutex<Group>>);

impl SharedGroup {
    pub(crate) fn new(group: Group) -> Self {
        Self(Arc::new(Mutex::new(group)))
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.with(Group::has_ended)
    }

    pub(crate) fn end(&self, patience: Duration) -> String {
        self.with(|group| group.end(patience))
    }

    pub(crate) fn downgrade(&self) -> WeakGroup {
        WeakGroup(Arc::downgrade(&self.0))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Group) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl WeakGroup {
    /// The group, if it is still there.
    pub(crate) fn upgrade(&self) -> Option<SharedGroup> {
        self.0.upgrade().map(SharedGroup)
    }
}

/// How a program ended: "exited with code 3", "was killed by signal 9".
fn describe(status: std::process::ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was killed by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}
