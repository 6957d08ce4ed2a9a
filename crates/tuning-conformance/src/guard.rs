//! Runs what may panic or never return.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use crate::simulation::panic_message;

/// Runs `work` on a thread of its own; none if it does not return in time (its thread is left behind,
/// since it cannot be ended).
pub(crate) fn in_time<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = channel();
    let thread = thread::Builder::new()
        .name("conformance".into())
        .spawn(move || {
            // The receiver is gone if it took too long.
            let _ = sender.send(work());
        });
    let thread = thread.unwrap_or_else(|error| panic!("no thread for the simulation: {error}"));
    match receiver.recv_timeout(patience) {
        Ok(result) => Some(result),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => match thread.join() {
            Ok(()) => None,
            Err(payload) => std::panic::resume_unwind(payload),
        },
    }
}

/// Runs `work`; the message of its panic if it panics.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| panic_message(&*payload))
}
