//! [`Metrics`]: a study as numbers, folded from its events, and how they are written down.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::{self, Write as _},
    sync::Mutex,
};

use prometheus_client::{
    collector::Collector,
    encoding::{
        DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeMetric, LabelSetEncoder,
        NoLabelSet, text,
    },
    metrics::{MetricType, histogram::Histogram},
    registry::Registry,
};
use tuning_core::{
    Circuit, Direction, Event, EventKind, Fact, FailureKind, ObserverStatus, Outcome, Progress, Seq,
};

use crate::watched::Watched;

/// A study as numbers.
#[derive(Clone, Debug)]
pub(super) struct Metrics {
    prefix: String,
    study: Option<String>,
    watched: Watched,
    failures: BTreeMap<FailureKind, u64>,
    repeats: BTreeMap<FailureKind, u64>,
    durations: BTreeMap<&'static str, Histogram>,
    missed: u64,
    head: Seq,
    at_millis: u64,
}

impl Metrics {
    pub(super) fn new(prefix: String, study: Option<String>, buckets: Vec<f64>) -> Self {
        let histogram = |state| (state, Histogram::new(buckets.iter().copied()));
        Self {
            prefix,
            study,
            watched: Watched::new(),
            failures: BTreeMap::new(),
            repeats: BTreeMap::new(),
            durations: ["completed", "failed", "stopped"].map(histogram).into(),
            missed: 0,
            head: Seq::ZERO,
            at_millis: 0,
        }
    }

    pub(super) fn begin(&mut self, so_far: &Progress) {
        self.watched.begin(so_far);
    }

    pub(super) fn missed(&mut self, events: u64) {
        self.missed = self.missed.saturating_add(events);
    }

    pub(super) fn apply(&mut self, event: &Event) {
        if self.study.is_none() {
            self.study = Some((*event.study).to_owned());
        }
        self.head = self.head.max(event.seq);
        self.at_millis = self.at_millis.max(event.at_millis);
        let trial = self.watched.apply(event);
        match &event.kind {
            EventKind::Retried(retried) => {
                *self.repeats.entry(retried.failure.kind).or_default() += 1;
            }
            EventKind::Fact(Fact::Ended(ended)) => {
                let state = match &ended.outcome {
                    Outcome::Completed(_) => "completed",
                    Outcome::Failed(failure) => {
                        *self.failures.entry(failure.kind).or_default() += 1;
                        "failed"
                    }
                    _ => "stopped",
                };
                let micros = trial.map_or(ended.took_micros, |trial| trial.took_micros);
                if let Some(durations) = self.durations.get(state) {
                    durations.observe(micros as f64 / 1e6);
                }
            }
            _ => {}
        }
    }

    /// The numbers in the OpenMetrics text format, with the statuses of the observers.
    pub(super) fn text(&self, observers: Vec<ObserverStatus>) -> String {
        let study = self.study.clone().unwrap_or_default();
        let label = (Cow::Borrowed("study"), Cow::Owned(study));
        let labels = std::iter::once(label);
        let mut registry = Registry::with_prefix_and_labels(self.prefix.clone(), labels);
        // The registry wants what lives forever: a copy of some hundred numbers.
        registry.register_collector(Box::new(Snapshot {
            metrics: Mutex::new(self.clone()),
            observers,
        }));
        let mut text = String::new();
        text::encode(&mut text, &registry).expect("a String takes any text");
        text
    }

    fn encode(&self, to: &mut Encoder<'_>) -> fmt::Result {
        let counts = self.watched.counts();
        to.gauges(
            "trials",
            "Trials by state",
            [
                ("running", counts.running),
                ("paused", counts.paused),
                ("completed", counts.completed),
                ("stopped", counts.stopped),
                ("failed", counts.failed),
            ]
            .map(|(state, count)| ([("state", state)], count)),
        )?;
        to.counter("trials_started", "Trials that were started", counts.started)?;
        to.counter(
            "trial_retries",
            "Attempts that were repeated",
            counts.retries,
        )?;
        to.by_kind(
            "trial_failures",
            "Trials that failed for good, by class, since this process began to watch",
            &self.failures,
        )?;
        to.by_kind(
            "trial_repeats",
            "Attempts that were repeated, by the class of the failure, since this process began to watch",
            &self.repeats,
        )?;
        let mut durations = to.0.encode_descriptor(
            "trial_duration_seconds",
            "The evaluation time of the trials that ended since this process began to watch.",
            None,
            MetricType::Histogram,
        )?;
        for (state, histogram) in &self.durations {
            let labels = Labels([("state", *state)]);
            histogram.encode(durations.encode_family(&labels)?)?;
        }
        self.encode_best(to)?;
        to.gauge(
            "session",
            "The number of the session",
            self.watched.session(),
        )?;
        let workers = self.watched.workers() as u64;
        to.gauge("workers", "Trials that run at once", workers)?;
        if let Some(trials) = self.watched.budget().trials {
            to.gauge("budget_trials", "Trials that the budget allows", trials)?;
        }
        let seconds = |millis: u64| millis as f64 / 1e3;
        to.gauge(
            "elapsed_seconds",
            "How long the study has run, all its sessions together",
            seconds(self.watched.elapsed_in_all()),
        )?;
        to.gauge(
            "journal_entries",
            "The number of the last event",
            self.head.get(),
        )?;
        to.gauge(
            "last_event_timestamp_seconds",
            "When the last event was, since the start of 1970",
            seconds(self.at_millis),
        )?;
        to.counter(
            "missed_events",
            "Events that were not seen here",
            self.missed,
        )
    }

    fn encode_best(&self, to: &mut Encoder<'_>) -> fmt::Result {
        let objectives = self.watched.objectives();
        let front = self.watched.front();
        let best = self.watched.best();
        let values = objectives
            .iter()
            .enumerate()
            .filter_map(|(index, objective)| {
                let of = |best: &tuning_core::Best| best.values.as_slice().get(index).copied();
                let value = match front.len() {
                    0 | 1 => best.and_then(of),
                    _ => {
                        let values = front.iter().filter_map(of);
                        match objective.direction {
                            Direction::Minimize => values.min_by(f64::total_cmp),
                            Direction::Maximize => values.max_by(f64::total_cmp),
                        }
                    }
                };
                Some(([("objective", objective.name.as_str())], value?))
            });
        if self.watched.is_informed() {
            to.gauges("best_value", "The best value of an objective", values)?;
        }
        to.gauge(
            "front_trials",
            "Completed trials that no other one dominates",
            front.len() as u64,
        )
    }
}

/// All numbers at one moment.
#[derive(Debug)]
struct Snapshot {
    // Never waited for: it makes the copy `Sync`.
    metrics: Mutex<Metrics>,
    observers: Vec<ObserverStatus>,
}

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let metrics = self.metrics.lock().map_err(|_| fmt::Error)?;
        let mut to = Encoder(encoder);
        metrics.encode(&mut to)?;
        if self.observers.is_empty() {
            return Ok(());
        }
        let of = |number: fn(&ObserverStatus) -> u64| {
            self.observers.iter().map(move |status| {
                let labels = [
                    ("observer", status.observer.as_str()),
                    ("delivery", status.delivery.as_str()),
                ];
                (labels, number(status))
            })
        };
        to.counters(
            "observer_delivered_events",
            "Events that an observer took in this session",
            of(|status| status.delivered),
        )?;
        to.counters(
            "observer_dropped_events",
            "Events of this session that an observer never got",
            of(|status| status.dropped),
        )?;
        to.counters(
            "observer_failures",
            "How often an observer failed in this session",
            of(|status| status.failed),
        )?;
        let head = self.observers.iter().map(|status| status.last).max();
        let head = head.unwrap_or_default().max(metrics.head);
        let lags = self.observers.iter().map(|status| {
            let labels = [
                ("observer", status.observer.as_str()),
                ("delivery", status.delivery.as_str()),
            ];
            (labels, status.lag(head))
        });
        to.gauges(
            "observer_lag_events",
            "Events that wait for an observer",
            lags,
        )?;
        to.gauges(
            "observer_circuit_open",
            "1 if an observer failed so often that it is left alone for a while",
            of(|status| u64::from(status.circuit != Circuit::Closed)),
        )
    }
}

/// Writes metrics, one name after the other.
struct Encoder<'a>(DescriptorEncoder<'a>);

impl Encoder<'_> {
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.counters::<0>(name, help, [([], value)])
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl EncodeGaugeValue) -> fmt::Result {
        self.gauges::<0, _>(name, help, [([], value)])
    }

    fn by_kind(
        &mut self,
        name: &str,
        help: &str,
        counts: &BTreeMap<FailureKind, u64>,
    ) -> fmt::Result {
        let count = |kind: FailureKind| {
            let count = counts.get(&kind).copied().unwrap_or_default();
            ([("kind", kind.as_str())], count)
        };
        self.counters(name, help, FailureKind::ALL.map(count))
    }

    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], impl EncodeCounterValue)>,
    ) -> fmt::Result {
        let help = format!("{help}.");
        let mut metric = self
            .0
            .encode_descriptor(name, &help, None, MetricType::Counter)?;
        for (labels, value) in values {
            metric
                .encode_family(&Labels(labels))?
                .encode_counter::<NoLabelSet, _, f64>(&value, None)?;
        }
        Ok(())
    }

    fn gauges<'l, const N: usize, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], V)>,
    ) -> fmt::Result {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(()); // some readers stumble over a name without a value
        }
        let help = format!("{help}.");
        let mut metric = self
            .0
            .encode_descriptor(name, &help, None, MetricType::Gauge)?;
        for (labels, value) in values {
            metric
                .encode_family(&Labels(labels))?
                .encode_gauge(&value)?;
        }
        Ok(())
    }
}

/// Names and values of labels.
#[derive(Debug)]
struct Labels<'l, const N: usize>([(&'l str, &'l str); N]);

impl<const N: usize> prometheus_client::encoding::EncodeLabelSet for Labels<'_, N> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            let mut label = encoder.encode_label();
            let mut key = label.encode_label_key()?;
            key.write_str(name)?;
            let mut text = key.encode_label_value()?;
            text.write_str(value)?;
            text.finish()?;
        }
        Ok(())
    }
}
