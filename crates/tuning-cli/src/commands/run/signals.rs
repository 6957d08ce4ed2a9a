//! [`Signals`]: ctrl-c and the like, counted.

use std::io;

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
        use tokio::signal::unix::{SignalKind, signal};

        let kinds = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(Self {
            streams: [interrupt?, terminate?, hangup?],
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
        Ok(Self {})
    }

    /// Waits for the next one.
    pub(in crate::commands) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
