//! [`Prometheus`]: how a study stands, as metrics that a monitoring system scrapes.

mod config;
mod exposition;
mod metrics;
mod server;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use tuning_core::{Event, Observer, ObserverError, Progress};

pub use config::{PrometheusConfig, PrometheusError};
pub use exposition::Exposition;

use self::exposition::Shared;

/// Counts what happens in one study, for Prometheus and whatever else reads the OpenMetrics text format:
/// at an HTTP endpoint of its own ([`PrometheusConfig::listen`]), or as text for yours
/// ([`Exposition::text`]).
///
/// | metric, with the prefix `tuning` and the label `study` | type | what |
/// |---|---|---|
/// | `trials{state}` | gauge | how many are `running`, `paused`, `completed`, `stopped`, `failed` |
/// | `trials_started_total`, `trial_retries_total` | counter | of all sessions |
/// | `trial_failures_total{kind}`, `trial_repeats_total{kind}` | counter | failed for good, and begun again, by the class of the failure |
/// | `trial_duration_seconds{state}` | histogram | of trials that ended: all their work, without failed attempts |
/// | `best_value{objective}` | gauge | of the best trial; of several objectives, the best of each |
/// | `front_trials` | gauge | those that no other one dominates |
/// | `elapsed_seconds`, `session`, `workers`, `budget_trials` | gauge | of the study |
/// | `journal_entries`, `last_event_timestamp_seconds` | gauge | the last event that it saw |
/// | `missed_events_total` | counter | what it did not see itself |
/// | `observer_delivered_events_total{observer,delivery}`, `observer_dropped_events_total`, `observer_failures_total` | counter | of every observer, if it can ask ([`Exposition::observers`]) |
/// | `observer_lag_events`, `observer_circuit_open` | gauge | likewise: how many events wait; 1 if it is left alone |
///
/// What has the label `kind`, and the durations, begin with the process; the rest is of the whole study.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # use tuning_observers::PrometheusConfig;
/// # let params = Space::new([Parameter::int("layers", 1, 4)])?.params([("layers", 2)])?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut prometheus = PrometheusConfig::default().listen("127.0.0.1:0")?;
/// let exposition = prometheus.exposition();
/// println!("http://{}/metrics", exposition.address().expect("it listens"));
///
/// let started = Started::new(TrialId::new(0), params);
/// prometheus.observe(&Event::new("mnist".into(), Seq::new(3), 1_000, started.into())).await?;
/// assert!(exposition.text().contains("tuning_trials{study=\"mnist\",state=\"running\"} 1\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Prometheus {
    shared: Arc<Shared>,
}

impl Prometheus {
    /// What it has counted, for others to read. As long as one of them is kept, so is the endpoint.
    #[must_use]
    pub fn exposition(&self) -> Exposition {
        Exposition::new(Arc::clone(&self.shared))
    }
}

#[async_trait]
impl Observer for Prometheus {
    fn name(&self) -> &str {
        "prometheus"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.shared.metrics().begin(so_far);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.shared.metrics().apply(event);
        Ok(())
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.shared.metrics().missed(events);
        Ok(())
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus")
            .field("address", &self.shared.address())
            .finish_non_exhaustive()
    }
}
