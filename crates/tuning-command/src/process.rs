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

use crate::group::ProcessGroup;

/// How long to wait for the end of a process that was killed: it is late only if a device hangs.
const REAP: Duration = Duration::from_secs(10);

/// A running program that leads a process group of its own.
///
/// Dropped at any moment, the whole group is killed at once; tokio reaps the program.
#[derive(Debug)]
pub(crate) struct Process {
    // Before the child, so that the group is killed while its number is still taken.
    group: ProcessGroup,
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
        ProcessGroup::prepare(command.as_std_mut());
        let child = command.spawn()?;
        Ok(Self {
            group: ProcessGroup::of(child.id().unwrap_or_default()),
            child,
        })
    }

    /// The number of the process, and of its group.
    pub(crate) fn id(&self) -> u32 {
        self.group.id()
    }

    /// What it writes; there once.
    pub(crate) fn output(&mut self) -> Option<(ChildStdout, ChildStderr)> {
        Some((self.child.stdout.take()?, self.child.stderr.take()?))
    }

    /// Waits until the program has ended, and kills what is left of its group. Can be dropped and
    /// called again.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await;
        self.group.finish();
        status
    }

    /// Whether the program has ended, and its group with it.
    pub(crate) fn is_over(&self) -> bool {
        self.group.is_over()
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
