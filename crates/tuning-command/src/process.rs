//! [`Process`]: a program and its process group, both gone when this is dropped.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    process::{Child, ChildStderr, ChildStdout, Command},
    time::{Instant, sleep, timeout},
};

use crate::{
    group::{Presence, ProcessGroup},
    intake::Intake,
};

/// How long to wait for the end of a process that was killed: it is late only if a device hangs.
const REAP: Duration = Duration::from_secs(10);

/// How long the rest of a group may take after the program itself has ended: without a word from it,
/// and altogether. How often to look, at least.
const SILENCE: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

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
        let (child, group) = ProcessGroup::start(|| {
            let child = command.spawn()?;
            let id = child.id().unwrap_or_default();
            Ok((child, id))
        })?;
        Ok(Self { group, child })
    }

    /// The number of the process, and of its group.
    pub(crate) fn id(&self) -> u32 {
        self.group.id()
    }

    /// What it writes; there once.
    pub(crate) fn output(&mut self) -> Option<(ChildStdout, ChildStderr)> {
        Some((self.child.stdout.take()?, self.child.stderr.take()?))
    }

    /// Waits until the program itself has ended. Can be dropped and called again.
    pub(crate) async fn exited(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Waits, after the program itself has ended, for the rest of its group: until it is gone, it was
    /// silent for [`SILENCE`], or [`LONGEST`] has passed.
    pub(crate) async fn rest(&self, intakes: [&Intake; 2]) {
        let begin = Instant::now();
        let mut heard = (begin, 0);
        let mut pause = Duration::from_millis(1);
        loop {
            let presence = self.group.presence();
            let now = Instant::now();
            let taken = intakes.iter().map(|intake| intake.taken()).sum();
            // What waits in the pipe waits for us.
            let waiting = intakes.iter().any(|intake| intake.waiting() > 0);
            if presence == Presence::Works || waiting || taken != heard.1 {
                heard = (now, taken);
            }
            let silent = now - heard.0 >= SILENCE;
            if presence == Presence::Gone || silent || now - begin >= LONGEST {
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LOOK);
        }
    }

    /// Kills what is left of the group after the program itself has ended.
    pub(crate) fn finish(&mut self) {
        self.group.finish();
    }

    /// Whether the program has ended, and its group with it.
    pub(crate) fn is_over(&self) -> bool {
        self.group.is_over()
    }

    /// Asks the group to end, and kills it after `grace`.
    pub(crate) async fn end(&mut self, grace: Duration) {
        if !grace.is_zero() && self.group.terminate() {
            // How it ends does not matter any more.
            if let Ok(_status) = timeout(grace, self.exited()).await {
                return self.finish();
            }
        }
        self.group.kill();
        _ = self.child.start_kill();
        if timeout(REAP, self.exited()).await.is_ok() {
            self.finish();
        }
    }
}
