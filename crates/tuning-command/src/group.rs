//! [`ProcessGroup`]: the processes of one program, and their end: the one place that knows of them, for trials and for
//! strategies that are programs.

use std::{
    collections::BTreeSet,
    io,
    process::Command,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

#[cfg(unix)]
use crate::stat::Stat;

/// The process group that a program leads, which is killed when this is dropped.
///
/// Without process groups (elsewhere than on Unix) it does nothing: the program itself is all that can be killed there.
#[derive(Debug)]
pub struct ProcessGroup {
    id: u32,
    over: bool,
}

impl ProcessGroup {
    /// Lets a program lead a group of its own once it is [started](Self::start).
    pub fn prepare(command: &mut Command) {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        #[cfg(not(unix))]
        let _ = command;
    }

    /// Starts a program that was [prepared](Self::prepare), by what returns it with its number, and returns its group.
    /// [`kill_all`](Self::kill_all) misses none that is just being started.
    ///
    /// # Errors
    /// Those of `spawn`, and if this process is about to exit.
    pub fn start<C>(spawn: impl FnOnce() -> io::Result<(C, u32)>) -> io::Result<(C, Self)> {
        let starting = Starting::begin()?;
        let (child, id) = spawn()?;
        let group = Self::of(id);
        drop(starting);
        Ok((child, group))
    }

    /// The group that the program of this number leads.
    pub(crate) fn of(id: u32) -> Self {
        let mut live = live();
        live.groups.insert(id);
        if live.closed {
            Self::send(id, Ending::Kill);
        }
        Self { id, over: false }
    }

    /// Kills all groups of this process that are not over, and starts none any more: for a process that is to exit
    /// without dropping them. What waits for their programs need not wait any more.
    pub fn kill_all() {
        let mut live = live();
        live.closed = true;
        // What is killed here is not forgotten: who waits for it still does.
        for id in &live.groups {
            Self::send(*id, Ending::Kill);
        }
        // What is being started is killed when its number is known. A disk that hangs must not hold this process.
        let started = |live: &mut Live| live.starting > 0;
        drop(STARTED.wait_timeout_while(live, PATIENCE, started));
    }

    /// The number of the program, and of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Asks all of the group to end. Returns whether it can be asked.
    #[must_use]
    pub fn terminate(&self) -> bool {
        self.signal(Ending::Terminate);
        cfg!(unix)
    }

    /// Kills what is left of the group.
    pub fn kill(&self) {
        self.signal(Ending::Kill);
    }

    /// Kills what is left of the group after its program was waited for.
    ///
    /// The number of the program may be given away from the moment that it was waited for, unless others of the group
    /// live; that this happens before the call, and to the leader of a new group, would take all other numbers to be
    /// used up in between. After this call the number is never used again.
    pub fn finish(&mut self) {
        self.kill();
        self.over = true;
        live().groups.remove(&self.id);
    }

    /// Whether the program has ended, and its group with it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What is left of the group after its program was waited for.
    #[cfg(unix)]
    pub(crate) fn presence(&self) -> Presence {
        match number(self.id).filter(|_| !self.over) {
            Some(group) if rustix::process::test_kill_process_group(group).is_ok() => {
                Presence::of(self.id)
            }
            _ => Presence::Gone,
        }
    }

    /// What is left of the group after its program was waited for: that cannot be known here.
    #[cfg(not(unix))]
    pub(crate) fn presence(&self) -> Presence {
        Presence::Waits
    }

    fn signal(&self, ending: Ending) {
        // Once it is over, its number may belong to others.
        if !self.over {
            Self::send(self.id, ending);
        }
    }

    #[cfg(unix)]
    fn send(id: u32, ending: Ending) {
        let signal = match ending {
            Ending::Terminate => rustix::process::Signal::TERM,
            Ending::Kill => rustix::process::Signal::KILL,
        };
        if let Some(group) = number(id) {
            // It fails if no process is left, which is what was wanted.
            _ = rustix::process::kill_process_group(group, signal);
        }
    }

    #[cfg(not(unix))]
    fn send(_id: u32, _ending: Ending) {}
}

/// The groups of this process that are not over.
#[derive(Debug)]
struct Live {
    groups: BTreeSet<u32>,
    /// How many programs are just being started.
    starting: u32,
    closed: bool,
}

/// Wakes who waits until no program is being started.
static STARTED: Condvar = Condvar::new();

/// How long that is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// A program is being started, until this is dropped.
#[derive(Debug)]
struct Starting;

impl Starting {
    fn begin() -> io::Result<Self> {
        let mut live = live();
        if live.closed {
            return Err(io::Error::other("this process is about to exit"));
        }
        live.starting += 1;
        Ok(Self)
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        live().starting -= 1;
        STARTED.notify_all();
    }
}

fn live() -> MutexGuard<'static, Live> {
    static LIVE: Mutex<Live> = Mutex::new(Live {
        groups: BTreeSet::new(),
        starting: 0,
        closed: false,
    });
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    Terminate,
    Kill,
}

#[cfg(unix)]
fn number(id: u32) -> Option<rustix::process::Pid> {
    // Numbers 0 and 1 do not mean a group of ours: 0 is our own, 1 everybody.
    let id = i32::try_from(id).ok().filter(|id| *id > 1);
    id.and_then(rustix::process::Pid::from_raw)
}

/// What is left of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Nothing that could still write.
    Gone,
    /// Its processes wait for something.
    Waits,
    /// One of its processes runs, or would if it had a processor.
    Works,
}

impl Presence {
    /// That of a group which has at least one process, perhaps a dead one.
    #[cfg(unix)]
    fn of(group: u32) -> Self {
        let mut members = Stat::all().filter(|stat| stat.group == group).peekable();
        if members.peek().is_none() {
            // There is no `/proc`, or it was too late to look.
            return Self::Waits;
        }
        let mut presence = Self::Gone;
        for member in members {
            match member.state {
                // Dead, but not reaped: in a container there may be no one to do it.
                'Z' | 'X' | 'x' => {}
                'R' | 'D' => return Self::Works,
                _ => presence = Self::Waits,
            }
        }
        presence
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if !self.over {
            self.finish();
        }
    }
}
