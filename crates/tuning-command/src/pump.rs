//! [`Pump`]: carries what a program writes into its log, and [`Listener`]: hears what it says.

use std::sync::Arc;

use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    select,
    sync::{oneshot, watch},
};
use tuning_core::{Failure, Fidelity, Interrupted, RunningTrial};

use crate::{
    intake::Intake,
    output::{LineSplitter, Tail},
    results::{Measured, Results},
};

const CHUNK: usize = 64 * 1024;

/// Where an evaluation stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Phase {
    /// What the program says does not count any more.
    pub(crate) deaf: bool,
    /// The program has ended, and the trial is to end now: a report is not waited for any more.
    pub(crate) hurried: bool,
}

/// Carries one stream of a program into its log.
///
/// It reads no faster than it writes: a program that prints more than that has to wait, as for any
/// pipe.
#[derive(Debug)]
pub(crate) struct Pump<R> {
    pipe: R,
    /// None after a write failed: a full disk ends the log, not the trial.
    log: Option<File>,
    intake: Arc<Intake>,
    buffer: Box<[u8]>,
    tail: Tail,
}

impl<R: AsyncRead + Unpin> Pump<R> {
    pub(crate) fn new(pipe: R, log: std::fs::File, intake: Arc<Intake>) -> Self {
        Self {
            pipe,
            log: Some(File::from_std(log)),
            intake,
            buffer: vec![0; CHUNK].into(),
            tail: Tail::default(),
        }
    }

    /// Carries everything until the stream ends, or its intake does.
    pub(crate) async fn run(&mut self) {
        while !self.next().await.is_empty() {}
    }

    /// Carries as much, and lets a listener hear it.
    pub(crate) async fn run_with(&mut self, listener: &mut Listener<'_>) {
        loop {
            let chunk = self.next().await;
            if chunk.is_empty() {
                break;
            }
            listener.hear(chunk).await;
        }
        listener.finish().await;
    }

    /// The end of what was carried, as text.
    pub(crate) fn tail(&self) -> String {
        self.tail.text()
    }

    /// The next bytes, which are in the log already; none at the end.
    async fn next(&mut self) -> &[u8] {
        let n = loop {
            let open = match self.intake.left() {
                Some(0) => break 0,
                left => left.is_none(),
            };
            select! {
                biased;
                n = self.pipe.read(&mut self.buffer) => break self.intake.take(n.unwrap_or(0)),
                () = self.intake.closed(), if open => {}
            }
        };
        let chunk = &self.buffer[..n];
        if let Some(log) = &mut self.log {
            let written = match n {
                0 => log.flush().await,
                _ => log.write_all(chunk).await,
            };
            if written.is_err() {
                self.log = None;
            }
        }
        self.tail.push(chunk);
        chunk
    }
}

/// What was said that ends a program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decision {
    /// A verdict.
    Stop,
    /// The program ran on although it had reached its `until`.
    Overrun,
    /// A report without a number, or too many metrics.
    Fail(Failure),
}

/// Hears what a program says on its standard output.
#[derive(Debug)]
pub(crate) struct Listener<'a> {
    trial: &'a RunningTrial,
    results: Results,
    phase: watch::Receiver<Phase>,
    decision: Option<oneshot::Sender<Decision>>,
    paused: Option<Fidelity>,
    unanswered: bool,
    lines: LineSplitter,
    line: Vec<u8>,
}

impl<'a> Listener<'a> {
    pub(crate) fn new(
        trial: &'a RunningTrial,
        results: Results,
        phase: watch::Receiver<Phase>,
        decision: oneshot::Sender<Decision>,
    ) -> Self {
        Self {
            trial,
            results,
            phase,
            decision: Some(decision),
            paused: None,
            unanswered: false,
            lines: LineSplitter::default(),
            line: Vec::new(),
        }
    }

    /// What was measured.
    pub(crate) fn results(&self) -> &Results {
        &self.results
    }

    /// Whether a report was not answered because the trial was to end.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.unanswered
    }

    async fn hear(&mut self, mut chunk: &[u8]) {
        while self.listens() {
            let Some(rest) = self.lines.next(chunk, &mut self.line) else {
                return;
            };
            chunk = rest;
            if let Some(measured) = self.results.hear(&self.line) {
                self.take(measured).await;
            }
        }
    }

    async fn finish(&mut self) {
        let last = self.lines.finish();
        if let Some(line) = last
            && self.listens()
            && let Some(measured) = self.results.hear(&line)
        {
            self.take(measured).await;
        }
    }

    fn listens(&self) -> bool {
        self.decision.is_some() && !self.phase.borrow().deaf
    }

    async fn take(&mut self, measured: Measured) {
        let report = measured.report();
        let refused = measured.refused();
        if let (Some(paused), Some(at)) = (self.paused, measured.at)
            && at > paused
            && (report.is_some() || refused.is_some())
        {
            self.trial.overran(at);
            return self.decide(Decision::Overrun);
        }
        let kept = self.results.keep(&measured);
        for (name, value) in &measured.metrics {
            self.trial.metric(name, *value);
        }
        if let Some(failure) = refused.or(kept.as_ref().err()) {
            return self.decide(Decision::Fail(failure.clone()));
        }
        if let Some((at, values)) = report
            && self.paused.is_none()
        {
            self.report(at, values).await;
        }
    }

    async fn report(&mut self, at: Fidelity, values: Vec<f64>) {
        let enough = async {
            drop(
                self.phase
                    .wait_for(|phase| phase.deaf || phase.hurried)
                    .await,
            )
        };
        let answer = select! {
            biased;
            () = enough => {
                self.unanswered = true;
                return;
            }
            answer = self.trial.report(at, values) => answer,
        };
        match answer {
            Ok(()) => {}
            Err(Interrupted::Paused) => self.paused = Some(at),
            Err(_) => self.decide(Decision::Stop),
        }
    }

    fn decide(&mut self, decision: Decision) {
        if let Some(decide) = self.decision.take() {
            // It does not matter if the evaluation ends anyway.
            _ = decide.send(decision);
        }
    }
}
