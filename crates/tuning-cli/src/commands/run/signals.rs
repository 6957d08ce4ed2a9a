//! [`Signals`]: ctrl-c and the like, counted.

use std::{io, process, sync::Once, thread, time::Duration};

use tuning_command::ProcessGroup;

use crate::{exit::Exit, wait::wait};

/// How many of them end the process, whatever it waits for, and how long it may take.
const LAST: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(1);

/// Signals that ask a study to end.
#[derive(Debug)]
pub(in crate::commands) struct Signals {
    #[cfg(unix)]
    streams: [tokio::signal::unix::Signal; 3],
}

#[cfg(unix)]
impl Signals {
    /// From here on, these signals do not end the process by themselves.
    pub(in crate::commands) fn listen() -> io::Result<Self> {
        leave_at_the_last()?;
        Self::streams()
    }

    fn streams() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            streams: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
            ],
        })
    }

    /// Waits for the next one.
    pub(in crate::commands) async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.streams;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// From here on, ctrl-c does not end the process by itself.
    pub(in crate::commands) fn listen() -> io::Result<Self> {
        leave_at_the_last()?;
        Self::streams()
    }

    fn streams() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    pub(in crate::commands) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Sees to it that the last signal ends the process whatever it waits for: a strategy's program that does not
/// answer, an output that does not take what is written. What is durable is safe.
fn leave_at_the_last() -> io::Result<()> {
    static STARTED: Once = Once::new();
    let mut started = Ok(());
    STARTED.call_once(|| {
        let watch = thread::Builder::new().name("signals".to_owned());
        started = watch.spawn(leave).map(drop);
    });
    started
}

/// Runs on a thread of its own, since the program's may be the one that waits.
fn leave() {
    let counted = wait(async {
        let mut signals = Signals::streams()?;
        for _ in 0..LAST {
            signals.next().await;
        }
        Ok::<(), io::Error>(())
    });
    if matches!(counted, Ok(Ok(()))) {
        // It is about to end by itself, if nothing holds it.
        thread::sleep(PATIENCE);
        ProcessGroup::kill_all();
        thread::sleep(PATIENCE);
        process::exit(Exit::Interrupted.code().into());
    }
}
