//! [`Exposition`]: what a [`Prometheus`](super::Prometheus) has counted, for others to read.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tuning_core::ObserverStatus;

use super::{metrics::Metrics, server::Server};

type Observers = dyn Fn() -> Vec<ObserverStatus> + Send + Sync;

/// What the observer, its expositions and its endpoint share.
pub(super) struct Shared {
    metrics: Mutex<Metrics>,
    observers: Mutex<Option<Arc<Observers>>>,
    server: Option<Server>,
}

impl Shared {
    pub(super) fn new(metrics: Metrics, server: Option<Server>) -> Self {
        Self {
            metrics: Mutex::new(metrics),
            observers: Mutex::new(None),
            server,
        }
    }

    pub(super) fn metrics(&self) -> MutexGuard<'_, Metrics> {
        // What is counted stays countable after a panic.
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.server.as_ref().map(Server::address)
    }

    pub(super) fn text(&self) -> String {
        let observers = {
            let observers = self.observers.lock();
            observers.unwrap_or_else(PoisonError::into_inner).clone()
        };
        let observers = observers.map_or_else(Vec::new, |observers| observers());
        // A copy, so that the observer does not wait for the encoding.
        let metrics = self.metrics().clone();
        metrics.text(observers)
    }
}

/// What a [`Prometheus`](super::Prometheus) has counted. Cheap to clone; as long as one is kept, so is the
/// endpoint.
#[derive(Clone)]
pub struct Exposition {
    shared: Arc<Shared>,
}

impl Exposition {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Where the endpoint listens; none if there is none. The metrics are at `http://ADDRESS/metrics`.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.shared.address()
    }

    /// The numbers now, in the OpenMetrics text format, version 1.0.0.
    #[must_use]
    pub fn text(&self) -> String {
        self.shared.text()
    }

    /// Also shows the statuses of all observers, asked for at each scrape: hand it
    /// `StudyHandle::observer_statuses` of tuning-runtime.
    pub fn observers(&self, statuses: impl Fn() -> Vec<ObserverStatus> + Send + Sync + 'static) {
        let observers = self.shared.observers.lock();
        *observers.unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(statuses));
    }

    /// How many scrapes the endpoint has answered.
    #[must_use]
    pub fn scrapes(&self) -> u64 {
        self.shared.server.as_ref().map_or(0, Server::scrapes)
    }

    /// Waits for a scrape that begins after this call, and until its answer is on its way, for this long at
    /// most; then ends the endpoint. Returns whether there was one.
    ///
    /// For the end of a study: a monitoring system that asks every so often has not seen how it ended.
    pub async fn linger(&self, patience: Duration) -> bool {
        match &self.shared.server {
            Some(server) => server.linger(patience).await,
            None => false,
        }
    }
}

impl fmt::Debug for Exposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exposition")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
