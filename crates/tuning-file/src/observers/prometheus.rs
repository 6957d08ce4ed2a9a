//! `prometheus`: metrics at an HTTP endpoint.

use std::{error::Error, sync::Arc, time::Duration};

use tuning_observers::{PrometheusConfig, PrometheusError};
use tuning_runtime::{Delivery, Study};

use super::config::{ObserverConfig, Watching};
use crate::{
    document::{Item, Key, Keys, Shape},
    kinds::{Kind, Options},
};

static KEYS: Keys = Keys::new(
    "an address, or a mapping such as `{listen: \"127.0.0.1:9464\"}`",
    &[
        Key::new(
            "listen",
            Shape::Text,
            "The address and the port to listen at; with port 0 the system chooses one.",
        )
        .required()
        .synonyms(&["address", "addr", "port", "bind"]),
        Key::new(
            "prefix",
            Shape::Text,
            "What stands before the name of every metric, with an underscore between.",
        )
        .default("\"tuning\""),
        Key::new(
            "buckets",
            Shape::Filled(&Shape::Number),
            "The upper bounds of durations that are counted together, in seconds, ascending.",
        ),
        Key::new(
            "linger",
            Shape::Duration,
            "How long the end of a run waits for one more scrape; by default not at all.",
        ),
    ],
);

pub(super) fn kind() -> Kind<dyn ObserverConfig> {
    Kind::new(
        "prometheus",
        "The status of the study, as metrics at an HTTP endpoint: the address to listen at.",
        &KEYS,
        |options| Some(Arc::new(Endpoint::read(options)?) as Arc<dyn ObserverConfig>),
    )
    .short("listen")
    .synonyms(&["metrics", "openmetrics"])
}

/// Metrics, and where they are served.
#[derive(Debug)]
struct Endpoint {
    /// `HOST:PORT`.
    listen: String,
    config: PrometheusConfig,
    /// How long the end of a run waits for one more scrape.
    linger: Option<Duration>,
}

impl Endpoint {
    fn read(options: &Options<'_>) -> Option<Self> {
        const ADDRESS: &str = "an address with its port, such as `127.0.0.1:9464`";
        let listen = options
            .need("listen", "say where, as in `listen: \"127.0.0.1:9464\"`")
            .and_then(|item| address(&item, ADDRESS));
        let mut config = PrometheusConfig::default();
        let mut fine = Some(());
        if let Some(item) = options.get("prefix") {
            fine = item
                .text("what names of metrics begin with")
                .and_then(|prefix| {
                    config = config.clone().prefix(prefix);
                    checked(&item, config.clone())
                });
        }
        if let Some(item) = options.get("buckets") {
            let bounds = item.list("a list of numbers").and_then(|items| {
                let read: Vec<_> = items.iter().map(Item::number).collect();
                read.into_iter().collect::<Option<Vec<f64>>>()
            });
            let checked = bounds.and_then(|bounds| {
                config = config.clone().buckets(bounds);
                // What is wrong with the prefix has been told.
                fine.and_then(|()| checked(&item, config.clone()))
            });
            fine = fine.and(checked);
        }
        let linger = options.read_if_said("linger", Item::duration);
        fine?;
        Some(Self {
            listen: listen?,
            config,
            linger: linger?,
        })
    }
}

fn checked(item: &Item<'_>, config: PrometheusConfig) -> Option<()> {
    match config.build() {
        Ok(_) => Some(()),
        Err(PrometheusError::Prefix { .. }) => {
            item.expected("letters, digits and `_`, not starting with a digit")
        }
        Err(error) => item.wrong(format_args!("cannot be used: {error}")),
    }
}

/// An address as `HOST:PORT`; whether anybody can listen there is seen when the study begins.
fn address(item: &Item<'_>, expected: &str) -> Option<String> {
    let text = item.text(expected)?;
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Some(text),
        _ => item.expected(expected),
    }
}

impl ObserverConfig for Endpoint {
    fn watch(&self, study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        let config = self.config.clone().study(study.name());
        let prometheus = config
            .listen(&*self.listen)
            .map_err(|error| format!("`{}`: {error}", self.listen))?;
        let exposition = prometheus.exposition();
        let handle = study.handle();
        exposition.observers(move || handle.observer_statuses());
        let mut watching = Watching::by(prometheus);
        if let (Some(address), true) = (exposition.address(), self.listen.ends_with(":0")) {
            // It could not be known otherwise.
            watching = watching.notice(format!("metrics: http://{address}/metrics"));
        }
        if let Some(patience) = self.linger {
            watching = watching.linger(patience, move || {
                let exposition = exposition.clone();
                async move {
                    exposition.linger(patience).await;
                }
            });
        }
        Ok(watching)
    }

    fn delivery(&self) -> Delivery {
        Delivery::lossless()
    }
}
