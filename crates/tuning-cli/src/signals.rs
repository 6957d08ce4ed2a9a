//! [`Signals`]: ctrl-c and the like, for all commands: none leaves a program behind that it has started.
//!
//! A command that does not listen ends with the first of them, as any program does. One that listens ends by itself, and
//! the last of them ends it whatever it waits for.

#[cfg(not(unix))]
use std::io;

/// Signals that ask a study to end.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    streams: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
mod unix {
    use std::{
        fs, io, process,
        sync::atomic::{AtomicBool, Ordering},
        thread,
        time::Duration,
    };

    use nix::sys::signal::{SigSet, Signal};
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator,
        low_level::emulate_default_handler,
    };
    use tokio::signal::unix::{SignalKind, signal};
    use tuning_command::ProcessGroup;

    use super::Signals;
    use crate::exit::Exit;

    /// How many of them end a process that listens, and how long what it waits for may take then.
    const LAST: u32 = 3;
    const PATIENCE: Duration = Duration::from_secs(1);

    static LISTENS: AtomicBool = AtomicBool::new(false);
    /// Whether a signal is ending this process.
    static ENDS: AtomicBool = AtomicBool::new(false);

    impl Signals {
        /// From here on, no signal that ends this process leaves a program behind.
        ///
        /// # Errors
        /// If the system gives no thread.
        pub(crate) fn watch() -> io::Result<()> {
            // Between the system's handler and the table behind it, a signal would be lost: it waits until both are there.
            let heeded = heeded();
            let wanted: SigSet = heeded.iter().copied().flat_map(Signal::try_from).collect();
            wanted.thread_block()?;
            let signals = iterator::Signals::new(heeded);
            wanted.thread_unblock()?;
            let mut signals = signals?;
            // On a thread of its own, since the program's may be the one that waits.
            let watch = thread::Builder::new().name("signals".to_owned());
            watch.spawn(move || {
                let mut left = LAST;
                for signal in signals.forever() {
                    if !LISTENS.load(Ordering::SeqCst) {
                        // Before its programs die, for a command may be waiting for one of them.
                        ENDS.store(true, Ordering::SeqCst);
                        ProcessGroup::kill_all();
                        // So that a shell sees how it ended. It returns for no signal of these.
                        let _ = emulate_default_handler(signal);
                    }
                    left = left.saturating_sub(1);
                    if left == 0 {
                        leave();
                    }
                }
            })?;
            Ok(())
        }

        /// Returns unless a signal is ending this process: what a command makes of the programs that were killed with
        /// it is nothing to tell, and how the process ends is the signal's.
        pub(crate) fn yield_to_the_end() {
            while ENDS.load(Ordering::SeqCst) {
                thread::park();
            }
        }

        /// From here on, these signals do not end the process by themselves.
        ///
        /// # Errors
        /// If the system does not take it.
        pub(crate) fn listen() -> io::Result<Self> {
            let streams = heeded()
                .into_iter()
                .map(|number| signal(SignalKind::from_raw(number)))
                .collect::<io::Result<_>>()?;
            LISTENS.store(true, Ordering::SeqCst);
            Ok(Self { streams })
        }

        /// Waits for the next one.
        pub(crate) async fn next(&mut self) {
            std::future::poll_fn(|context| {
                let mut streams = self.streams.iter_mut();
                match streams.any(|stream| stream.poll_recv(context).is_ready()) {
                    true => std::task::Poll::Ready(()),
                    false => std::task::Poll::Pending,
                }
            })
            .await;
        }
    }

    /// Ends this process whatever it waits for: a strategy's program that does not answer, an output that does not take
    /// what is written. What is durable is safe.
    fn leave() -> ! {
        // It is about to end by itself, if nothing holds it.
        thread::sleep(PATIENCE);
        ProcessGroup::kill_all();
        thread::sleep(PATIENCE);
        process::exit(Exit::Interrupted.code().into());
    }

    /// Those that whoever started this process did not have ignored, as `nohup` does with a terminal's end.
    fn heeded() -> Vec<i32> {
        let ignored = ignored();
        let all = [SIGINT, SIGTERM, SIGHUP].into_iter();
        all.filter(|signal| ignored >> (signal - 1) & 1 == 0)
            .collect()
    }

    /// A bit for each, as Linux tells it when the process begins: what is heeded later is not ignored any more.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
            .unwrap_or_default()
    }
}

#[cfg(not(unix))]
impl Signals {
    /// There are no groups of processes to end here.
    ///
    /// # Errors
    /// None here.
    pub(crate) fn watch() -> io::Result<()> {
        Ok(())
    }

    /// Nothing here: such a signal ends the process at once.
    pub(crate) fn yield_to_the_end() {}

    /// From here on, ctrl-c does not end the process by itself.
    ///
    /// # Errors
    /// None here.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
