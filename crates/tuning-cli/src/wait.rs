//! [`wait`]: for commands that do one thing after the other.

use std::io;

/// Waits for a future on this thread.
///
/// # Errors
/// If the system gives no runtime.
pub(crate) fn wait<F: Future>(future: F) -> io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(future))
}
