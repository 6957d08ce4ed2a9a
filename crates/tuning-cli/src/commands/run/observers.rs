//! Who watches a run: the progress bar, what the study file asks for, and the command itself.

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use tokio::task::JoinSet;
use tuning_core::{Observer, StudySpec};
use tuning_observers::{
    Csv, Exposition, JsonLines, Log, ProgressBar, ProgressWriter, Prometheus, Webhook, named,
};
use tuning_runtime::{Delivery, Study, Subscription};

use tuning_file::{Kind, ObserverSpec, PrometheusSpec, StudyFile, WebhookSpec};

use super::log;
use crate::error::CliError;

/// The observers of a run, for as long as it is kept.
#[derive(Debug, Default)]
pub(in crate::commands) struct Observers {
    subscriptions: Vec<Subscription>,
    terminal: Option<ProgressWriter>,
    endpoints: Vec<Endpoint>,
}

/// Metrics that are served.
#[derive(Debug)]
struct Endpoint {
    exposition: Exposition,
    linger: Option<Duration>,
}

impl Observers {
    /// Lets everybody watch who should.
    pub(in crate::commands) fn subscribe(
        study: &Study,
        file: &StudyFile,
        progress: bool,
    ) -> Result<Self, CliError> {
        let mut this = Self::default();
        let hidden = |spec: &ObserverSpec| matches!(spec.kind, Kind::Progress { shown: false });
        if progress && !file.observers.iter().any(hidden) {
            let bar = ProgressBar::new().objectives(file.objectives().clone());
            this.terminal = Some(bar.writer());
            this.subscriptions
                .push(study.handle().subscribe(bar, Delivery::lossy()));
        }
        *log::terminal() = this.terminal.clone();
        for spec in &file.observers {
            this.subscribe_spec(study, spec)?;
        }
        Ok(this)
    }

    /// Lets those watch who are promised every event, also of a study that has ended.
    pub(super) fn durable(study: &Study, file: &StudyFile) -> Result<Self, CliError> {
        let mut this = Self::default();
        for spec in file.observers.iter().filter(|spec| spec.is_durable()) {
            this.subscribe_spec(study, spec)?;
        }
        Ok(this)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.subscriptions.is_empty()
    }

    fn subscribe_spec(&mut self, study: &Study, spec: &ObserverSpec) -> Result<(), CliError> {
        let observer: Box<dyn Observer> = match &spec.kind {
            // It is there already.
            Kind::Progress { .. } => return Ok(()),
            Kind::JsonLines(path) => {
                Box::new(JsonLines::append(path).map_err(|source| cannot_write(path, source))?)
            }
            Kind::Csv(path) => {
                let csv = Csv::append(path).map_err(|source| cannot_write(path, source))?;
                // As the journal has it: a study file may put its parameters in another order later.
                let StudySpec {
                    space, objectives, ..
                } = study.spec();
                let csv = csv.space(space.clone(), objectives.clone());
                Box::new(csv.map_err(|source| cannot_write(path, source))?)
            }
            Kind::Log { target, level } => {
                log::start(target, level)?;
                Box::new(Log::new())
            }
            Kind::Prometheus(wanted) => Box::new(self.listen(study, wanted)?),
            Kind::Webhook(wanted) => Box::new(webhook(wanted, study)?),
            Kind::Custom(config) => config
                .make()
                .map_err(|error| cannot_watch(&spec.kind, error))?,
        };
        let handle = study.handle();
        let subscription = match &spec.name {
            Some(name) => handle.subscribe(named(name.clone(), observer), spec.delivery),
            None => handle.subscribe(observer, spec.delivery),
        };
        self.subscriptions.push(subscription);
        Ok(())
    }

    /// Begins to serve metrics.
    fn listen(&mut self, study: &Study, wanted: &PrometheusSpec) -> Result<Prometheus, CliError> {
        let config = wanted.config.clone().study(study.name());
        let prometheus = config
            .listen(&*wanted.listen)
            .map_err(|error| CliError::Observer {
                kind: "prometheus".to_owned(),
                why: format!("`{}`: {error}", wanted.listen),
            })?;
        let exposition = prometheus.exposition();
        let handle = study.handle();
        exposition.observers(move || handle.observer_statuses());
        if let (Some(address), true) = (exposition.address(), wanted.listen.ends_with(":0")) {
            // Nobody could know otherwise.
            self.say(&format!("metrics: http://{address}/metrics"));
        }
        self.endpoints.push(Endpoint {
            exposition,
            linger: wanted.linger,
        });
        Ok(prometheus)
    }

    /// Writes a line to stderr, above the progress bar if there is one.
    pub(super) fn say(&self, line: &str) {
        let line = format!("{line}\n");
        // Nobody may read it: that is no reason to stop.
        let _ = match self.terminal.clone() {
            Some(mut writer) => writer.write_all(line.as_bytes()),
            None => io::stderr().write_all(line.as_bytes()),
        };
    }

    /// How long the end of a run is to wait for a last scrape; none if it is not.
    pub(super) fn patience(&self) -> Option<Duration> {
        let endpoints = self.endpoints.iter();
        endpoints.filter_map(|endpoint| endpoint.linger).max()
    }

    /// Waits until the endpoints that are to linger have been scraped once more, or long enough.
    pub(super) async fn linger(&self) {
        let lingering = self.endpoints.iter().filter_map(|endpoint| {
            let (exposition, patience) = (endpoint.exposition.clone(), endpoint.linger?);
            Some(async move { exposition.linger(patience).await })
        });
        lingering.collect::<JoinSet<_>>().join_all().await;
    }
}

fn webhook(wanted: &WebhookSpec, study: &Study) -> Result<Webhook, CliError> {
    let build = || -> Result<Webhook, Box<dyn Error>> {
        let mut webhook = Webhook::to(&wanted.url)?
            .on(wanted.topics.iter().copied())
            .objectives(study.spec().objectives.clone());
        for (name, value) in &wanted.headers {
            webhook = webhook.header(name, value)?;
        }
        if let Some(variable) = &wanted.secret_env {
            let secret = env::var_os(variable).unwrap_or_default();
            webhook = webhook.secret(secret.into_encoded_bytes())?;
        }
        if let Some(timeout) = wanted.timeout {
            webhook = webhook.timeout(timeout);
        }
        if let Some(retries) = wanted.retries {
            webhook = webhook.retries(retries);
        }
        Ok(webhook)
    };
    build().map_err(|error| CliError::Observer {
        kind: "webhook".to_owned(),
        why: error.to_string(),
    })
}

fn cannot_watch(kind: &Kind, error: impl ToString) -> CliError {
    CliError::Observer {
        kind: kind.as_str().to_owned(),
        why: error.to_string(),
    }
}

pub(super) fn cannot_write(path: &Path, source: io::Error) -> CliError {
    CliError::Write {
        what: "write",
        path: path.to_owned(),
        source,
    }
}
