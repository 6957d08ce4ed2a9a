//! [`Process`]: a program and its process group, both gone when this is dropped.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    process::{Child, ChildStderr, ChildStdout, Command},
    time::timeout,
};

/// How long to wait for the end of a process that was killed: it is late only if a device hangs.
const REAP: Duration = Duration::from_secs(10);

/// A running program that leads a process group of its own.
///
/// Dropped at any moment, the whole group is killed at once; tokio reaps the program.
#[derive(Debug)]
pub(crate) struct Process {
    // Before the child, so that the group is killed while its number is still taken.
    group: Group,
    child: Child,
}

impl Process {
    /// Starts a program without input, whose output is piped.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn()?;
        Ok(Self {
            group: Group {
                id: child.id().unwrap_or_default(),
                over: false,
            },
            child,
        })
    }

    /// The number of the process, and of its group.
    pub(crate) fn id(&self) -> u32 {
        self.group.id
    }

    /// What it writes; there once.
    pub(crate) fn output(&mut self) -> Option<(ChildStdout, ChildStderr)> {
        Some((self.child.stdout.take()?, self.child.stderr.take()?))
    }

    /// Waits until the program has ended, and kills what is left of its group. Can be dropped and
    /// called again.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await;
        // Its number may be given away from here on, unless others of the group live; that this
        // happens before the next line, and to the leader of a new group, would take all other
        // numbers to be used up in between.
        self.group.kill();
        self.group.over = true;
        status
    }

    /// Whether the program has ended, and its group with it.
    pub(crate) fn is_over(&self) -> bool {
        self.group.over
    }

    /// Asks the group to end, and kills it after `grace`.
    pub(crate) async fn end(&mut self, grace: Duration) {
        if !grace.is_zero() && self.group.terminate() {
            // How it ends does not matter any more.
            if let Ok(_status) = timeout(grace, self.wait()).await {
                return;
            }
        }
        self.group.kill();
        _ = self.child.start_kill();
        _ = timeout(REAP, self.wait()).await;
    }
}

/// A process group.
#[derive(Debug)]
struct Group {
    id: u32,
    over: bool,
}

#[cfg(unix)]
impl Group {
    /// Returns whether the group can be asked to end.
    fn terminate(&self) -> bool {
        self.signal(rustix::process::Signal::TERM);
        true
    }

    fn kill(&self) {
        self.signal(rustix::process::Signal::KILL);
    }

    fn signal(&self, signal: rustix::process::Signal) {
        // Once it is over, its number may belong to others.
        if !self.over {
            signal_group(self.id, signal);
        }
    }
}

/// Without process groups the program itself is all that can be killed.
#[cfg(not(unix))]
impl Group {
    fn terminate(&self) -> bool {
        false
    }

    fn kill(&self) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills every process of a group.
#[cfg(unix)]
pub(crate) fn kill_group(id: u32) {
    signal_group(id, rustix::process::Signal::KILL);
}

#[cfg(unix)]
fn signal_group(id: u32, signal: rustix::process::Signal) {
    // Numbers 0 and 1 do not mean a group of ours: 0 is our own, 1 everybody.
    let id = i32::try_from(id).ok().filter(|id| *id > 1);
    if let Some(group) = id.and_then(rustix::process::Pid::from_raw) {
        // It fails if nobody is left, which is what was wanted.
        _ = rustix::process::kill_process_group(group, signal);
    }
}
