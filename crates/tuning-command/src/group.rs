//! [`ProcessGroup`]: the processes of one program, and their end: the one place that knows of them, for trials and for
//! strategies that are programs.

use std::process::Command;

/// The process group that a program leads, which is killed when this is dropped.
///
/// Without process groups (elsewhere than on Unix) it does nothing: the program itself is all that can be killed there.
#[derive(Debug)]
pub struct ProcessGroup {
    id: u32,
    over: bool,
}

impl ProcessGroup {
    /// Lets a program lead a group of its own once it is started.
    pub fn prepare(command: &mut Command) {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        #[cfg(not(unix))]
        let _ = command;
    }

    /// The group of a program that was [prepared](Self::prepare) and has this number.
    #[must_use]
    pub fn of(id: u32) -> Self {
        Self { id, over: false }
    }

    /// The number of the program, and of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Asks all of the group to end. Returns whether it can be asked.
    #[must_use]
    pub fn terminate(&self) -> bool {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::TERM);
        cfg!(unix)
    }

    /// Kills what is left of the group.
    pub fn kill(&self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::KILL);
    }

    /// Kills what is left of the group after its program was waited for.
    ///
    /// The number of the program may be given away from the moment that it was waited for, unless others of the group
    /// live; that this happens before the call, and to the leader of a new group, would take all other numbers to be
    /// used up in between. After this call the number is never used again.
    pub fn finish(&mut self) {
        self.kill();
        self.over = true;
    }

    /// Whether the program has ended, and its group with it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        // Numbers 0 and 1 do not mean a group of ours: 0 is our own, 1 everybody.
        let id = i32::try_from(self.id).ok().filter(|id| *id > 1);
        // Once it is over, its number may belong to others.
        let id = id.filter(|_| !self.over);
        if let Some(group) = id.and_then(rustix::process::Pid::from_raw) {
            // It fails if no process is left, which is what was wanted.
            _ = rustix::process::kill_process_group(group, signal);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}
