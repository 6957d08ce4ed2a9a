//! [`Log`]: a study as structured `tracing` records.

use async_trait::async_trait;
use tracing::{
    debug,
    field::{DisplayValue, display},
    info, trace, warn,
};
use tuning_core::{
    Best, Closed, Ended, Event, EventKind, Fact, Observer, ObserverError, OpenTrial, Opened,
    Outcome, Params, Progress,
};

use crate::{watched::Watched, wording::printable};

/// Writes events as `tracing` records with the target `tuning` and one field per fact:
/// `study`, `seq`, `trial`, `params`, `values`, `duration_ms`, `best`, `counts`, ….
///
/// | level | what |
/// |---|---|
/// | info | a session began or ended, a trial completed or was stopped |
/// | warn | a trial failed or is tried again |
/// | debug | a trial was started, paused or resumed; the study was created |
/// | trace | a trial reported |
///
/// Numbers keep all their digits; a field whose value is not known is absent.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # use tuning_observers::Log;
/// # let params = Space::new([Parameter::int("layers", 1, 4)])?.params([("layers", 2)])?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut log = Log::new();
/// let started = Started::new(TrialId::new(0), params);
/// // DEBUG tuning: trial started study="mnist" seq=3 trial=0 params=layers=2
/// log.observe(&Event::new("mnist".into(), Seq::new(3), 1_000, started.into())).await
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Log {
    watched: Watched,
}

impl Log {
    /// A log of one study.
    #[must_use]
    pub fn new() -> Self {
        Self {
            watched: Watched::new(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Observer for Log {
    fn name(&self) -> &str {
        "log"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.watched.begin(so_far);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let over = self.watched.apply(event);
        match &event.kind {
            EventKind::Opened(opened) => record_opened(event, opened),
            EventKind::Closed(closed) => record_closed(event, closed),
            EventKind::Fact(Fact::Ended(ended)) => self.record_ended(event, ended, over.as_ref()),
            EventKind::Fact(fact) => record_fact(event, fact),
            _ => record_other(event),
        }
        Ok(())
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        warn!(target: "tuning", missed = events, "events were missed: the log was too slow");
        Ok(())
    }
}

// What every record has.
macro_rules! record {
    ($level:ident, $event:ident, $($rest:tt)+) => {
        $level!(target: "tuning", study = &*$event.study, seq = $event.seq.get(), $($rest)+)
    };
}

impl Log {
    fn record_ended(&self, event: &Event, ended: &Ended, trial: Option<&OpenTrial>) {
        let id = ended.trial.get();
        let params = trial.map(|trial| shown(&trial.params));
        let last = trial.and_then(|trial| trial.last.as_ref());
        let at = last.map(|(at, _)| at.get());
        let duration_ms = millis(ended.took_micros);
        match &ended.outcome {
            Outcome::Completed(values) => {
                let best = single(self.watched.best());
                record!(
                    info,
                    event,
                    trial = id,
                    %values,
                    params,
                    duration_ms,
                    best = best.map(|best| display(&best.values)),
                    "trial completed"
                );
            }
            Outcome::Stopped => {
                let values = last.map(|(_, values)| display(values));
                record!(
                    info,
                    event,
                    trial = id,
                    at,
                    values,
                    params,
                    duration_ms,
                    "trial stopped"
                );
            }
            Outcome::Failed(failure) => record!(
                warn,
                event,
                trial = id,
                failure = failure.kind.as_str(),
                reason = &*failure.reason,
                at,
                params,
                duration_ms,
                "trial failed"
            ),
            _ => record!(info, event, trial = id, params, duration_ms, "trial ended"),
        }
    }
}

/// The best trial if there can be only one: several objectives have a front.
fn single(best: Option<&Best>) -> Option<&Best> {
    best.filter(|best| best.values.len() == 1)
}

/// Records show what is displayed as it is, and names and choices come from anywhere.
fn shown(params: &Params) -> DisplayValue<String> {
    display(printable(&params.to_string()).into_owned())
}

/// None if it was not measured.
fn millis(took_micros: u64) -> Option<f64> {
    (took_micros > 0).then_some(took_micros as f64 / 1_000.0)
}

fn record_opened(event: &Event, opened: &Opened) {
    let best = single(opened.best.as_ref());
    record!(
        info,
        event,
        session = opened.session,
        trials = opened.budget.trials,
        workers = opened.workers,
        counts = %opened.counts,
        best = best.map(|best| display(&best.values)),
        "study opened"
    );
}

fn record_closed(event: &Event, closed: &Closed) {
    let best = single(closed.best.as_ref());
    record!(
        info,
        event,
        reason = %closed.reason,
        counts = %closed.counts,
        best = best.map(|best| display(&best.values)),
        trial = best.map(|best| best.trial.get()),
        params = best.map(|best| shown(&best.params)),
        "study closed"
    );
}

fn record_fact(event: &Event, fact: &Fact) {
    let trial = fact.trial().map(tuning_core::TrialId::get);
    match fact {
        Fact::Budgeted(budgeted) => record!(
            debug,
            event,
            trials = budgeted.trials,
            resource = budgeted.resource,
            "study budgeted"
        ),
        Fact::Started(started) => record!(
            debug,
            event,
            trial,
            until = started.until.map(|until| until.get()),
            params = shown(&started.params),
            "trial started"
        ),
        Fact::Resumed(resumed) => record!(
            debug,
            event,
            trial,
            until = resumed.until.map(|until| until.get()),
            "trial resumed"
        ),
        Fact::Paused(paused) => record!(
            debug,
            event,
            trial,
            at = paused.at.get(),
            duration_ms = millis(paused.took_micros),
            "trial paused"
        ),
        Fact::Reported(reported) => record!(
            trace,
            event,
            trial,
            at = reported.at.get(),
            values = %reported.values,
            "trial reported"
        ),
        _ => record!(debug, event, trial, "trial {}", event.kind.name()),
    }
}

fn record_other(event: &Event) {
    match &event.kind {
        EventKind::Created(spec) => {
            let objectives: Vec<_> = spec.objectives.iter().map(ToString::to_string).collect();
            record!(
                debug,
                event,
                objectives = objectives.join(", "),
                strategy = spec.strategy.name,
                seed = spec.seed.get(),
                "study created"
            );
        }
        EventKind::Retried(retried) => record!(
            warn,
            event,
            trial = retried.trial.get(),
            attempt = retried.attempt,
            failure = retried.failure.kind.as_str(),
            reason = &*retried.failure.reason,
            delay_ms = retried.delay_millis,
            "trial is tried again"
        ),
        EventKind::Warned(warned) => {
            record!(warn, event, trial = warned.trial.get(), warning = %warned, "study is not as it should be");
        }
        kind => record!(debug, event, "study {}", kind.name()),
    }
}
