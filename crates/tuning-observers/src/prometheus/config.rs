//! [`PrometheusConfig`]: what metrics are called, and where they are served.

use std::{
    io,
    net::{TcpListener, ToSocketAddrs},
    sync::Arc,
};

use thiserror::Error;

use super::{Prometheus, exposition::Shared, metrics::Metrics, server::Server};

/// Seconds, three to a power of ten: from trials of milliseconds to those of a day.
const BUCKETS: [f64; 15] = [
    0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5,
];

/// What the metrics of a [`Prometheus`] are called, and where they are served.
#[derive(Clone, Debug, PartialEq)]
pub struct PrometheusConfig {
    prefix: String,
    study: Option<String>,
    buckets: Vec<f64>,
}

impl Default for PrometheusConfig {
    fn default() -> Self {
        Self {
            prefix: "tuning".to_owned(),
            study: None,
            buckets: BUCKETS.to_vec(),
        }
    }
}

impl PrometheusConfig {
    /// Sets the prefix of every name, followed by an underscore: `tuning` if nothing is set.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the name of the study, which is known from its first event if nothing is set.
    #[must_use]
    pub fn study(mut self, study: impl Into<String>) -> Self {
        self.study = Some(study.into());
        self
    }

    /// Sets the upper bounds of the durations that are counted together, in seconds,
    /// ascending. What is longer than the last one is counted, too.
    #[must_use]
    pub fn buckets(mut self, seconds: impl IntoIterator<Item = f64>) -> Self {
        self.buckets = seconds.into_iter().collect();
        self
    }

    /// An observer that serves nothing: its [`text`](super::Exposition::text) is for an endpoint of yours.
    ///
    /// # Errors
    /// If the prefix or the buckets make no sense.
    pub fn build(self) -> Result<Prometheus, PrometheusError> {
        Ok(Prometheus {
            shared: Arc::new(Shared::new(self.metrics()?, None)),
        })
    }

    /// An observer with an endpoint at this address, which answers `GET /metrics` on a thread of its own
    /// until the observer and all its expositions are dropped. With port 0 the system chooses one.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the prefix or the buckets make no sense.
    pub fn listen(self, address: impl ToSocketAddrs) -> Result<Prometheus, PrometheusError> {
        let metrics = self.metrics()?;
        let listener = TcpListener::bind(address).map_err(PrometheusError::Listen)?;
        let (server, requests) = Server::new(listener).map_err(PrometheusError::Listen)?;
        let shared = Arc::new(Shared::new(metrics, Some(server)));
        // As long as an exposition or the observer is kept, and no longer.
        let served = Arc::downgrade(&shared);
        let text = Arc::new(move || served.upgrade().map(|shared| shared.text()));
        requests.serve(text).map_err(PrometheusError::Listen)?;
        Ok(Prometheus { shared })
    }

    fn metrics(self) -> Result<Metrics, PrometheusError> {
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
        let prefix = &self.prefix;
        let legal = prefix.chars().all(|c| begins(c) || c.is_ascii_digit());
        if !prefix.starts_with(begins) || !legal {
            return Err(PrometheusError::Prefix {
                prefix: self.prefix,
            });
        }
        let ascending = self.buckets.windows(2).all(|pair| pair[0] < pair[1]);
        if self.buckets.is_empty() || !ascending || self.buckets.iter().any(|b| !b.is_finite()) {
            return Err(PrometheusError::Buckets {
                buckets: self.buckets,
            });
        }
        Ok(Metrics::new(self.prefix, self.study, self.buckets))
    }
}

/// A [`Prometheus`] cannot be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PrometheusError {
    /// No metric may be called that.
    #[error(
        "`{prefix}` cannot begin the name of a metric: use letters, digits and `_`, and start with no digit"
    )]
    Prefix {
        /// What was set.
        prefix: String,
    },
    /// The buckets make no sense.
    #[error("the buckets {buckets:?} are invalid: give at least one number, finite and ascending")]
    Buckets {
        /// What was set, in seconds.
        buckets: Vec<f64>,
    },
    /// It cannot listen at the address.
    #[error("cannot listen: {0}")]
    Listen(#[source] io::Error),
}
