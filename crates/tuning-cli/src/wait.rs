//! [`wait`]: for commands that do one thing after the other.

use std::{cell::OnceCell, io};

use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// One for all calls: what a journal holds open may belong to it.
    static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
}

/// Waits for a future on this thread.
///
/// # Errors
/// If the system gives no runtime.
pub(crate) fn wait<F: Future>(future: F) -> io::Result<F::Output> {
    RUNTIME.with(|cell| {
        let runtime = match cell.get() {
            Some(runtime) => runtime,
            None => {
                let runtime = Builder::new_current_thread().enable_all().build()?;
                cell.get_or_init(|| runtime)
            }
        };
        Ok(runtime.block_on(future))
    })
}
