//! [`Spans`]: a study as a trace of OpenTelemetry, a trial as a span of it.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use opentelemetry::{
    Context, KeyValue, StringValue, Value,
    trace::{Span, SpanKind, Status, TraceContextExt as _, Tracer},
};
use tuning_core::{
    Closed, Ended, Event, EventKind, Fact, Literal, Observer, ObserverError, OpenTrial, Opened,
    Outcome, Progress, TrialId, Values,
};

use crate::watched::Watched;

/// Makes a span of each trial, below one of the session that it runs in, with a tracer of yours.
///
/// | span | when | attributes | events | status |
/// |---|---|---|---|---|
/// | `study NAME` | a session, from its beginning to its end | `tuning.study`, `tuning.session`, `tuning.workers`; at the end `tuning.reason`, `tuning.completed`, `tuning.failed`, `tuning.stopped`, `tuning.best_trial` | | ok |
/// | `trial NUMBER` | what a session did of a trial | `tuning.study`, `tuning.trial`, `tuning.param.NAME`; at the end `tuning.state`, `tuning.value.OBJECTIVE`, `tuning.metric.NAME`, `tuning.seconds`, `tuning.retries`, `tuning.failure` | `report`, `retry`, `paused`, `resumed` | ok; error with the reason, if it failed; unset, if it was stopped or goes on in another session |
///
/// Times are those of the events, not of the clock here. A span is complete, and so exported, when it ends:
/// of a session whose process is killed it is lost, with those of the trials that it did not finish. What is open
/// when the observer is dropped, OpenTelemetry ends then.
///
/// This crate exports nothing: where spans go is up to the provider of the tracer. Flush it when the study is
/// over.
///
/// # Example
/// ```
/// use opentelemetry::global;
/// use tuning_observers::Spans;
///
/// let spans = Spans::new(global::tracer("tuning")); // of the provider that the program has set
/// ```
pub struct Spans<T: Tracer> {
    tracer: T,
    watched: Watched,
    session: Option<Session<T::Span>>,
    trials: BTreeMap<TrialId, T::Span>,
}

struct Session<S> {
    span: S,
    parent: Context,
    at_millis: u64,
}

impl<T: Tracer> Spans<T> {
    /// Makes spans with this tracer.
    #[must_use]
    pub fn new(tracer: T) -> Self {
        Self {
            tracer,
            watched: Watched::new(),
            session: None,
            trials: BTreeMap::new(),
        }
    }

    fn open(&mut self, event: &Event, opened: &Opened) {
        // The one before was killed, at an unknown time.
        self.leave(event.at_millis);
        let name = format!("study {}", event.study);
        let builder = self
            .tracer
            .span_builder(name)
            .with_kind(SpanKind::Internal)
            .with_start_time(time(event.at_millis))
            .with_attributes([
                text("tuning.study", &event.study),
                count("tuning.session", opened.session),
                count("tuning.workers", opened.workers as u64),
            ]);
        let span = self.tracer.build(builder);
        self.session = Some(Session {
            parent: Context::new().with_remote_span_context(span.span_context().clone()),
            span,
            at_millis: event.at_millis,
        });
    }

    fn close(&mut self, event: &Event, closed: &Closed) {
        if let Some(session) = &mut self.session {
            let counts = closed.counts;
            session.span.set_attributes([
                text("tuning.reason", &closed.reason.to_string()),
                count("tuning.completed", counts.completed),
                count("tuning.stopped", counts.stopped),
                count("tuning.failed", counts.failed),
            ]);
            if let Some(best) = &closed.best {
                let best = count("tuning.best_trial", best.trial.get());
                session.span.set_attribute(best);
            }
            session.span.set_status(Status::Ok);
        }
        self.leave(event.at_millis);
    }

    /// Ends the session, and what it leaves for the next one.
    fn leave(&mut self, at_millis: u64) {
        for (id, mut span) in std::mem::take(&mut self.trials) {
            let paused = self.watched.trial(id).is_some_and(|trial| trial.paused);
            let state = if paused { "paused" } else { "running" };
            span.set_attribute(text("tuning.state", state));
            span.end_with_timestamp(time(at_millis));
        }
        if let Some(mut session) = self.session.take() {
            session.span.end_with_timestamp(time(at_millis));
        }
    }

    /// The span of a trial, begun now if there is none.
    fn span(&mut self, event: &Event, id: TrialId, trial: &OpenTrial) -> &mut T::Span {
        self.trials.entry(id).or_insert_with(|| {
            let began = self.session.as_ref().map_or(0, |session| session.at_millis);
            let began = began.max(trial.started_at_millis);
            let params = trial.params.iter();
            let mut attributes = vec![
                text("tuning.study", &event.study),
                count("tuning.trial", id.get()),
            ];
            attributes.extend(params.map(|(name, value)| {
                KeyValue::new(format!("tuning.param.{name}"), literal(&value))
            }));
            let builder = self
                .tracer
                .span_builder(format!("trial {id}"))
                .with_kind(SpanKind::Internal)
                .with_start_time(time(began.min(event.at_millis)))
                .with_attributes(attributes);
            match &self.session {
                Some(session) => self.tracer.build_with_context(builder, &session.parent),
                None => self.tracer.build(builder),
            }
        })
    }

    fn note(&mut self, event: &Event, id: TrialId, what: &'static str, attributes: Vec<KeyValue>) {
        let Some(trial) = self.watched.trial(id).cloned() else {
            return; // where it began is unknown
        };
        let at = time(event.at_millis);
        self.span(event, id, &trial)
            .add_event_with_timestamp(what, at, attributes);
    }

    fn end(&mut self, event: &Event, ended: &Ended, trial: &OpenTrial) {
        let (state, status, values) = match &ended.outcome {
            Outcome::Completed(values) => ("completed", Status::Ok, Some(values)),
            Outcome::Failed(failure) => ("failed", Status::error(failure.to_string()), None),
            _ => ("stopped", Status::Unset, None),
        };
        let values = values.or(trial.last.as_ref().map(|(_, values)| values));
        let mut attributes = vec![
            text("tuning.state", state),
            KeyValue::new("tuning.seconds", trial.took_micros as f64 / 1e6),
            count("tuning.retries", u64::from(trial.retries)),
        ];
        if let Some(failure) = ended.outcome.failure() {
            attributes.push(text("tuning.failure", failure.kind.as_str()));
        }
        attributes.extend(values.into_iter().flat_map(|values| self.named(values)));
        let metrics = trial.metrics.iter();
        attributes.extend(
            metrics.map(|(name, value)| KeyValue::new(format!("tuning.metric.{name}"), value)),
        );
        self.span(event, ended.trial, trial);
        if let Some(mut span) = self.trials.remove(&ended.trial) {
            span.set_attributes(attributes);
            span.set_status(status);
            span.end_with_timestamp(time(event.at_millis));
        }
    }

    /// Values by the names of their objectives.
    fn named(&self, values: &Values) -> Vec<KeyValue> {
        let values = values.as_slice().iter().enumerate();
        let named = values.map(|(index, value)| {
            let name = match self.watched.objectives().get(index) {
                Some(objective) => format!("tuning.value.{}", objective.name),
                None => format!("tuning.value.{index}"),
            };
            KeyValue::new(name, *value)
        });
        named.collect()
    }

    fn observe_fact(&mut self, event: &Event, fact: &Fact, ended: Option<&OpenTrial>) {
        let Some(id) = fact.trial() else {
            return;
        };
        match fact {
            Fact::Started(_) => {
                if let Some(trial) = self.watched.trial(id).cloned() {
                    self.span(event, id, &trial);
                }
            }
            Fact::Reported(reported) => {
                let mut attributes = vec![count("tuning.at", reported.at.get())];
                attributes.extend(self.named(&reported.values));
                self.note(event, id, "report", attributes);
            }
            Fact::Paused(paused) => {
                let at = count("tuning.at", paused.at.get());
                self.note(event, id, "paused", vec![at]);
            }
            Fact::Resumed(_) => self.note(event, id, "resumed", Vec::new()),
            Fact::Ended(fact) => {
                if let Some(trial) = ended {
                    self.end(event, fact, trial);
                }
            }
            _ => {}
        }
    }
}

#[async_trait]
impl<T> Observer for Spans<T>
where
    T: Tracer + Send,
    T::Span: Send,
{
    fn name(&self) -> &str {
        "spans"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.watched.begin(so_far);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let ended = self.watched.apply(event);
        match &event.kind {
            EventKind::Opened(opened) => self.open(event, opened),
            EventKind::Closed(closed) => self.close(event, closed),
            EventKind::Retried(retried) => {
                let attributes = vec![
                    count("tuning.attempt", u64::from(retried.attempt)),
                    text("tuning.failure", retried.failure.kind.as_str()),
                    text("tuning.reason", &retried.failure.reason),
                ];
                self.note(event, retried.trial, "retry", attributes);
            }
            EventKind::Fact(fact) => self.observe_fact(event, fact, ended.as_ref()),
            _ => {}
        }
        Ok(())
    }
}

impl<T: Tracer> fmt::Debug for Spans<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans")
            .field("open", &self.trials.len())
            .finish_non_exhaustive()
    }
}

fn time(at_millis: u64) -> SystemTime {
    let time = UNIX_EPOCH.checked_add(Duration::from_millis(at_millis));
    time.unwrap_or(UNIX_EPOCH)
}

fn text(key: &'static str, value: &str) -> KeyValue {
    KeyValue::new(key, value.to_owned())
}

/// OpenTelemetry has no unsigned numbers.
fn count(key: &'static str, value: u64) -> KeyValue {
    KeyValue::new(key, i64::try_from(value).unwrap_or(i64::MAX))
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::I64(*value),
        Literal::Float(value) => Value::F64(*value),
        // OpenTelemetry has lists of one kind only, and no mappings: they are shown as JSON.
        other => Value::String(StringValue::from(other.to_string())),
    }
}
